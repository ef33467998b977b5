import http from 'node:http';

/** What is to be done, from the command line. */
export const task = JSON.parse(process.argv[2]);

const agent = new http.Agent({ keepAlive: true, maxSockets: task.concurrency });
const body = Buffer.from(task.body);
const options = {
  method: 'POST',
  agent,
  headers: { ...task.headers, 'Content-Type': 'application/json', 'Content-Length': body.length },
};

/** Posts the body; at most `concurrency` at a time. */
export const post = () => new Promise((resolve, reject) => {
  const request = http.request(task.url, options, response => {
    response.resume();
    response.on('end', () => (response.statusCode < 300 ? resolve() : reject(new Error(`answered ${response.statusCode}`))));
  });
  request.on('error', reject);
  request.end(body);
});
