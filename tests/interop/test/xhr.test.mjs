import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import test from "node:test";
import { text } from "node:stream/consumers";
import { Recorder } from "../recorder.mjs";
import { xmlHttpRequest } from "../shims/xhr.mjs";

test("another host is a network error and gets no connection", async () => {
  const recorder = new Recorder();
  const request = new (xmlHttpRequest(recorder))();
  request.open("POST", "https://cloud.example/v1/config?token=x");

  await new Promise((resolve) => {
    request.onerror = resolve;
    request.send("{}");
  });

  assert.equal(request.status, 0);
  assert.equal(request.readyState, 4);
  const { requests, refused } = recorder.recording();
  assert.deepEqual(requests, []);
  assert.equal(refused[0].url, "https://cloud.example/v1/config");
});

test("a request to this host arrives whole, and its answer comes back", async (context) => {
  const server = http.createServer(async (request, response) => {
    response.writeHead(403, { "X-Seen": request.headers["rc-appkey"] });
    response.end(`${request.method} ${request.url} ${await text(request)}`);
  });
  const origin = await listen(server, context);
  const request = new (xmlHttpRequest(new Recorder()))();
  request.open("POST", `${origin}/v2/navi.json?cloud=0`);
  request.setRequestHeader("RC-Appkey", "key");

  await new Promise((resolve) => {
    request.onreadystatechange = () => request.readyState === 4 && resolve();
    request.send("token=x");
  });

  assert.equal(request.status, 403);
  assert.equal(request.responseText, "POST /v2/navi.json?cloud=0 token=x");
  assert.equal(request.getResponseHeader("X-Seen"), "key");
});

test("an aborted request reports nothing more", async (context) => {
  const server = http.createServer();
  const origin = await listen(server, context);
  const request = new (xmlHttpRequest(new Recorder()))();
  request.open("GET", origin);
  const states = [];
  request.onreadystatechange = () => states.push(request.readyState);
  request.onerror = () => states.push("error");
  const arrived = once(server, "request");
  request.send();
  const [{ socket }] = await arrived;

  request.abort();
  await once(socket, "close");

  assert.deepEqual(states, []);
});

async function listen(server, context) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}
