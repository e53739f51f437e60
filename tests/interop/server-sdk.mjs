// The server SDK of an app server as a process. README.md lists its commands and events.

import { emit, quiet, serve } from "./lines.mjs";
import { Secrets } from "./secrets.mjs";

const secrets = new Secrets();
quiet((text) => secrets.redact(text));
const { default: initialise } = await import("rongcloud-sdk");

let sdk;

await serve({
  /** The SDK as published; only its hosts are set. */
  init({ appkey, secret, api }) {
    secrets.hide(secret);
    sdk = initialise({ appkey, secret, api });
    emit({ event: "ready" });
  },

  /** Calls `User.Block.add` and the like with one argument. What it gives may hold a token. */
  async call({ tag, method, argument }) {
    const names = method.split(".");
    const name = names.pop();
    const module = names.reduce((module, name) => module[name], sdk);
    // What the SDK itself refuses is rejected, what the server refuses is an answer.
    const answer = await module[name](argument).catch((refused) => ({ refused }));
    emit({ event: "called", tag, answer });
  },
});
