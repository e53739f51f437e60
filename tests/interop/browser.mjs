// The web SDK in headless Chromium as a process. README.md lists its commands and events.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";

const ROOT = fileURLToPath(new URL(".", import.meta.url));
const TYPES = { ".html": "text/html", ".mjs": "text/javascript", ".js": "text/javascript" };
const FILES = /^\/(web\.mjs|page\/[a-z]+\.(html|mjs)|node_modules\/@rongcloud\/[a-z-]+\/index\.esm\.js)$/;

const FLAGS = [
  "--headless",
  // In a container there may be no sandbox of its own, nor a GPU, nor much of a /dev/shm.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  // Nothing leaves this machine: the browser calls its vendor, the SDK calls its own.
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  // Used for one thing: the browser ends when this process, the other end of the pipe, is gone.
  "--remote-debugging-pipe",
];

const [browser, profile] = process.argv.slice(2);
const commands = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const server = http.createServer(serve);
const pages = new WebSocketServer({ server });
server.listen(0, "127.0.0.1");
await once(server, "listening");

const url = `http://127.0.0.1:${server.address().port}/page/index.html`;
const chromium = spawn(browser, [...FLAGS, `--user-data-dir=${profile}`, url], {
  stdio: ["ignore", "ignore", process.env.IMLINK_INTEROP_LOG ? "inherit" : "ignore", "pipe", "pipe"],
});
// By our wish, or all by itself.
chromium.once("exit", () => process.exit());
chromium.once("error", ({ message }) => {
  process.stderr.write(`${message}\n`);
  process.exit();
});
process.exitCode = 1;

const [page] = await once(pages, "connection");
page.on("message", (event) => process.stdout.write(`${event}\n`));
for await (const line of commands) {
  if (JSON.parse(line).command === "quit") break;
  page.send(line);
}
process.exitCode = 0;
chromium.kill();

async function serve(request, response) {
  const [, file] = FILES.exec(request.url) ?? [];
  if (file === undefined) return void response.writeHead(404).end();

  response.setHeader("Content-Type", TYPES[path.extname(file)]);
  response.end(await readFile(path.join(ROOT, file)));
}
