import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import test from "node:test";
import { installFence } from "../shims/fence.mjs";

installFence();

test("requests to this machine are made", async (context) => {
  const server = http.createServer((_, response) => response.end());
  context.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const request = http.request(`http://127.0.0.1:${server.address().port}/`, { method: "GET" });
  request.end();

  const [response] = await once(request, "response");
  assert.equal(response.statusCode, 200);
  response.resume();
});

for (const [name, module] of Object.entries({ http, https })) {
  test(`an ${name} request to another machine is a network error, whatever its agent`, async () => {
    const agent = new module.Agent();
    const request = module.request(`${name}://example.invalid/`, { method: "POST", agent });
    request.setTimeout(1000);
    request.write("body");
    request.end();

    await assert.rejects(once(request, "response"), /not on this machine/);
  });
}
