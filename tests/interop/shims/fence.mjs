// Keeps the HTTP requests of this process on this machine.

import http from "node:http";
import https from "node:https";
import { isLoopback } from "./loopback.mjs";

/** Makes every request to another host fail as a network error. Call before loading the SDK. */
export function installFence() {
  for (const module of [http, https]) {
    const { request } = module;
    module.request = (url, options, answered) =>
      isLoopback(String(url))
        ? request(url, options, answered)
        : request(url, { ...options, ...nowhere }, answered);
  }
}

const nowhere = {
  agent: undefined,
  createConnection: (_, connected) => void connected(new Error("not on this machine")),
};
