// WebSocket of the `ws` package, with every frame shown to the recorder.

import WebSocket from "ws";
import { isLoopback } from "./loopback.mjs";

/** The class to install as `WebSocket`; upgrades and frames go to `recorder`. */
export function webSocket(recorder) {
  return class extends WebSocket {
    #connection;

    constructor(url, protocols) {
      // A browser throws the same way for a socket its policy forbids.
      if (!isLoopback(url)) throw new DOMException("not a loopback address", "SecurityError");

      super(url, protocols);
      this.#connection = recorder.dialled(url, this);
      this.on("message", (bytes, isBinary) => {
        if (isBinary) recorder.received(this.#connection, Buffer.from(bytes));
      });
      this.on("close", (code) => recorder.closed(this.#connection, code));
    }

    send(data) {
      recorder.sent(this.#connection, Buffer.from(data));
      super.send(data);
    }
  };
}
