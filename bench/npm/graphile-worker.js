import { run, makeWorkerUtils } from 'graphile-worker';
import { task, post } from './task.js';

const utils = await makeWorkerUtils({ connectionString: task.connectionString });
await utils.migrate();

let done = 0;
let wanted = 0;
let finished;
const runner = await run({
  connectionString: task.connectionString,
  concurrency: task.concurrency,
  maxPoolSize: 20,
  noHandleSignals: true,
  logger: undefined,
  taskList: { post },
});
// After the job is marked done in the database.
runner.events.on('job:complete', () => { if (++done === wanted) finished(); });

async function deliver(count) {
  wanted = done + count;
  const all = new Promise(resolve => { finished = resolve; });
  for (let added = 0; added < count; added += 1000) {
    await utils.withPgClient(client => client.query(
      `SELECT graphile_worker.add_jobs(ARRAY(
         SELECT json_populate_record(NULL::graphile_worker.job_spec, json_build_object('identifier', 'post', 'payload', json_build_object('body', $1::text)))
         FROM generate_series(1, $2)))`,
      [task.body, Math.min(1000, count - added)]));
  }
  await all;
}

await deliver(task.warmUp);
const started = performance.now();
await deliver(task.count);
const took = performance.now() - started;
await runner.stop();
console.log(took);
process.exit(0);
