import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { text } from "node:stream/consumers";
import { Driver } from "../driver.mjs";

const TOKEN_GIVEN = "a-token-nobody-may-see";

// protocol/cloud-tcp.md 1
test("the desktop SDK asks navigation as itself, and a 403 is 31004", async (context) => {
  const asked = [];
  const navigation = http.createServer(async (request, response) => {
    asked.push({ url: request.url, headers: request.headers, body: await text(request) });
    response.writeHead(403).end();
  });
  navigation.listen(0, "127.0.0.1");
  await once(navigation, "listening");
  context.after(() => navigation.close());
  const navigators = [`http://127.0.0.1:${navigation.address().port}`];
  const directory = await mkdtemp(path.join(tmpdir(), "imlink-desktop-"));
  const sdk = new Driver("desktop.mjs");
  context.after(async () => {
    await sdk.quit();
    await rm(directory, { recursive: true });
  });

  sdk.tell("init", { appkey: "key", navigators, directory });
  await sdk.expect({ event: "ready" });
  sdk.tell("connect", { token: TOKEN_GIVEN });
  const failure = await sdk.expect({ event: "connect-failed" });

  assert.deepEqual(failure, { event: "connect-failed", code: 31004 });
  assert.equal(asked.length, 1);
  const [{ url, headers, body }] = asked;
  assert.equal(url, "/v2/navi.json?cloud=0");
  assert.equal(headers["rc-appkey"], "key");
  assert.equal(headers["rc-negotiate"], "conn=1,2;rtc=4;log=2;iptype=v4,v6");
  // A machine without a network card has no `m`.
  const [fields, mac = ""] = body.split("&m=");
  assert.equal(fields, `token=${TOKEN_GIVEN}&v=5.46.1&platfrom=electron`);
  assert.match(mac, /^[0-9a-f:]*$/);
});
