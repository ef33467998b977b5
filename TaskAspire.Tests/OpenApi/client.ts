// A client as a TypeScript team would write it: its types are generated from the document, and the compiler checks every call against them.
import createClient from "openapi-fetch";
import type { paths, webhooks } from "./api.js";

declare const process: { argv: string[] };

const [base, email] = process.argv.slice(2);
const password = "correct-Horse-7-battery";
const api = createClient<paths>({ baseUrl: base });

function must<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) {
    throw new Error(`${answer.response.status} ${answer.response.url}: ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

function equal(actual: unknown, expected: unknown, what: string) {
  if (actual !== expected) {
    throw new Error(`${what}: ${actual} instead of ${expected}`);
  }
}

must(await api.POST("/api/v1/auth/register", { body: { email, password } }));
const session = must(await api.POST("/api/v1/auth/login", { body: { email, password } }));
api.use({ onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${session.accessToken}`) });

const create = () =>
  api.POST("/api/v1/tasks", {
    params: { header: { "Idempotency-Key": "once" } },
    body: { title: "Write a client", priority: "high", tags: ["typescript"], dueDate: "2030-01-31T12:00:00Z", reminders: [{ minutesBeforeDue: 15 }] },
  });
const created = await create();
const task = must(created);
equal(must(await create()).id, task.id, "a repeat of the POST made another task");

const patch = (title: string) =>
  api.PATCH("/api/v1/tasks/{id}", {
    params: { path: { id: task.id }, header: { "If-Match": created.response.headers.get("ETag")! } },
    body: { title, description: null },
    headers: { "Content-Type": "application/merge-patch+json" },
  });
equal(must(await patch("Write a typed client")).version, 2, "version");
const stale = await patch("Too late");
equal(stale.response.status, 412, "a stale If-Match");
equal(stale.error?.type, "urn:taskaspire:problem:precondition-failed", "type of the problem");

const wrong = await api.POST("/api/v1/tasks", { body: { title: "" } });
equal(wrong.error?.errors?.["title"]?.length, 1, "errors of the title");

const list = must(await api.GET("/api/v1/tasks", { params: { query: { priority: ["high", "urgent"], tag: ["typescript"], sort: "-dueDate", limit: 5 } } }));
equal(list.items[0].title, "Write a typed client", "the first of the list");
equal(must(await api.POST("/api/v1/tasks/{id}/complete", { params: { path: { id: task.id } } })).status, "done", "status");
equal((await api.DELETE("/api/v1/tasks/{id}", { params: { path: { id: task.id } } })).response.status, 204, "deletion");
// What a receiver is sent has types, too.
type Reminder = webhooks["task.reminder"]["post"]["requestBody"]["content"]["application/json"];
type Created = webhooks["task.created"]["post"]["requestBody"]["content"]["application/json"];
const tell = (event: Reminder | Created) => (event.event === "task.reminder" ? event.data.taskId : event.data.id);
equal(tell({ event: "task.reminder", timestamp: "2030-01-31T11:45:00Z", data: { taskId: "1", title: "Write a client", dueDate: null, userId: "2" } }), "1", "taskId");
console.log("all well");
