// Keeps what the SDK does at its two doors, XMLHttpRequest and WebSocket.
//
// Tokens are replaced as they come in, so no recording ever holds one. What follows the `@` of a
// token (its navigators) stays, because where it is cut off is part of the protocol.

import { describe } from "./packet.mjs";
import { Secrets } from "./secrets.mjs";

export class Recorder {
  #started = performance.now();
  #step = "start";
  #secrets = new Secrets();
  #requests = [];
  #refused = [];
  #connections = [];
  #socket = null;
  #unanswered = new Map();
  #watchers = new Set();

  /** Hides `token` in everything shown from here on. */
  hide(token) {
    this.#secrets.hide(token);
  }

  /** `text` with every hidden token replaced. */
  redact(text) {
    return this.#secrets.redact(text);
  }

  /** Names what happens next; every entry carries the step it happened in. */
  step(name) {
    this.#step = name;
  }

  /** A request that went out; `headers` are those the SDK set itself. */
  requested(method, url, headers, body) {
    const { pathname, search } = new URL(url);
    this.#requests.push({
      ...this.#moment(),
      method,
      path: this.redact(pathname + search),
      headers: { ...headers },
      body: this.redact(body ?? ""),
    });
  }

  /** A request to another machine, which was not made. */
  refused(method, url) {
    const { origin, pathname } = new URL(url);
    this.#refused.push({ ...this.#moment(), method, url: origin + pathname });
  }

  /** A WebSocket opened by the SDK; returns the connection to name in later calls. */
  dialled(url, socket) {
    const { pathname, search } = new URL(url);
    const connection = {
      ...this.#moment(),
      path: this.redact(pathname + search),
      frames: [],
    };
    this.#connections.push(connection);
    this.#socket = socket;
    this.#unanswered.clear();
    return connection;
  }

  /** A frame from the SDK. */
  sent(connection, bytes) {
    const packet = this.#frame(connection, "sent", bytes);
    if (packet.type === "QUERY") this.#unanswered.set(packet.id, packet.topic);
    if (packet.type === "PINGREQ") this.#unanswered.set("ping", "ping");
    this.#changed();
  }

  /** A frame from the cloud. */
  received(connection, bytes) {
    const packet = this.#frame(connection, "received", bytes);
    if (packet.type === "QUERYACK") this.#unanswered.delete(packet.id);
    if (packet.type === "PINGRESP") this.#unanswered.delete("ping");
    // The SDK answers from its own handler, which runs after this one.
    setImmediate(() => this.#changed());
  }

  /** The end of a connection, with the WebSocket close code. */
  closed(connection, code) {
    connection.closed = { ...this.#moment(), code };
    this.#changed();
  }

  /** Tears the newest socket down without a close handshake, as a lost network would. */
  drop() {
    this.#socket?.terminate();
  }

  /**
   * Resolves when the newest connection has sent `expected` (names like "QUERY pullMsg", each as
   * often as listed) and no query or ping of it is unanswered.
   */
  settled(expected) {
    return new Promise((resolve) => {
      const look = () => {
        if (!this.#isSettled(expected)) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Everything seen so far, as plain JSON. */
  recording() {
    return structuredClone({
      requests: this.#requests,
      refused: this.#refused,
      connections: this.#connections,
    });
  }

  #isSettled(expected) {
    const frames = this.#connections.at(-1)?.frames ?? [];
    const sent = frames.filter((frame) => frame.direction === "sent").map((frame) => frame.packet);
    for (const name of expected) {
      const position = sent.indexOf(name);
      if (position < 0) return false;
      sent.splice(position, 1);
    }
    return this.#unanswered.size === 0;
  }

  #frame(connection, direction, bytes) {
    const packet = describe(bytes, direction);
    connection.frames.push({
      ...this.#moment(),
      direction,
      packet: [packet.type, packet.topic].filter(Boolean).join(" "),
      hex: bytes.toString("hex"),
    });
    return packet;
  }

  #moment() {
    return { step: this.#step, at: Math.round(performance.now() - this.#started) };
  }

  #changed() {
    for (const look of this.#watchers) look();
  }
}
