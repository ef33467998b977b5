import PgBoss from 'pg-boss';
import { task, post } from './task.js';

// A worker waits between two fetches, half a second at least (two unless told), so what it gets by each decides how fast it is.
const { workers, batchSize } = task;

const boss = new PgBoss({ connectionString: task.connectionString, max: 20 });
boss.on('error', console.error);
await boss.start();
await boss.createQueue('post');
let posted = 0;
for (let i = 0; i < workers; i++) {
  await boss.work('post', { batchSize, pollingIntervalSeconds: 0.5 }, async jobs => {
    await Promise.all(jobs.map(post));
    posted += jobs.length;
  });
}

let total = 0;
async function deliver(count) {
  total += count;
  for (let added = 0; added < count; added += 1000) {
    await boss.insert(Array.from({ length: Math.min(1000, count - added) }, () => ({ name: 'post', data: { body: task.body } })));
  }
  for (;;) {
    await new Promise(resolve => setTimeout(resolve, 10));
    if (posted < total) continue;
    const { rows } = await boss.getDb().executeSql("SELECT FROM pgboss.job WHERE name = 'post' AND state <> 'completed' LIMIT 1");
    if (rows.length === 0) return;
  }
}

await deliver(task.warmUp);
const started = performance.now();
await deliver(task.count);
console.log(performance.now() - started);
process.exit(0);
