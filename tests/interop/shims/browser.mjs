// The part of a browser page the SDK needs, put on the global object.
//
// The declared identity (Chrome 120 on Linux) is fixed, so that a recording does not change with
// the machine. There is no indexedDB: the SDK then keeps no log.

import { webSocket } from "./socket.mjs";
import { xmlHttpRequest } from "./xhr.mjs";

const USER_AGENT =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) " +
  "Chrome/120.0.0.0 Safari/537.36";

/** Makes this process an empty page on `http://localhost/`. Call before loading the SDK. */
export function installBrowser(recorder) {
  const page = new EventTarget();

  define("window", globalThis);
  define("addEventListener", page.addEventListener.bind(page));
  define("removeEventListener", page.removeEventListener.bind(page));
  define("location", { protocol: "http:", host: "localhost", href: "http://localhost/" });
  define("navigator", { userAgent: USER_AGENT, onLine: true });
  define("localStorage", new MemoryStorage());
  define("sessionStorage", new MemoryStorage());
  define("XMLHttpRequest", xmlHttpRequest(recorder));
  define("WebSocket", webSocket(recorder));
}

/** Web Storage that ends with the process. */
export class MemoryStorage {
  #items = new Map();

  getItem(key) {
    return this.#items.get(String(key)) ?? null;
  }

  setItem(key, value) {
    this.#items.set(String(key), String(value));
  }

  removeItem(key) {
    this.#items.delete(String(key));
  }

  clear() {
    this.#items.clear();
  }
}

// Newer Node versions define some of these as getters; assigning would not replace them.
function define(name, value) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
