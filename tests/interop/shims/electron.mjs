// The part of Electron the desktop SDK needs: its main process's module, and one window.
//
// The SDK's own JavaScript stays what an app runs. Only the window is ours: it says through the
// channels below what the vendor's library for windows would.

import Module from "node:module";
import { EventEmitter } from "node:events";
import { fileURLToPath } from "node:url";

/** Electron's `ipcMain`. */
const channels = new EventEmitter();

/** Makes `require("electron")` give this stand-in. Call before loading the SDK. */
export function installElectron() {
  const name = fileURLToPath(import.meta.url);
  const electron = new Module(name);
  electron.exports = { app: new EventEmitter(), ipcMain: channels };
  electron.loaded = true;
  Module._cache[name] = electron;
  const resolve = Module._resolveFilename;
  Module._resolveFilename = (request, ...rest) =>
    request === "electron" ? name : resolve(request, ...rest);
}

/** The one window of the app. Open it when the SDK is started. */
export class Window {
  #sender = new EventEmitter();
  #calls = new Map();
  #told;

  /** `options` are those an app gives the SDK in its window; `told` gets what the SDK tells it. */
  constructor(options, told) {
    this.#told = told;
    this.#sender.isDestroyed = () => false;
    this.#sender.send = (channel, ...values) => this.#receive(channel, ...values);
    // A window of another release than the main process is ignored.
    const { commitId } = this.#ask("getMainProcessCache");
    channels.emit("__RC_INNER_COMMAND_INIT__", this.#event(), { ...options, commitId });
  }

  /** Calls a method of the SDK; its answer has `code` and, mostly, `data`. */
  call(method, ...values) {
    return new Promise((resolve) => {
      const id = this.#expect(resolve);
      channels.emit("__RC_CHANNEL_CALL_MAIN__", this.#event(), id, method, ...values);
    });
  }

  /** What a call takes in place of a function that the SDK calls. */
  callback(called) {
    return this.#expect(called);
  }

  #ask(method) {
    const event = this.#event();
    channels.emit("__RC_CHANNEL_CALL_MAIN_SYNC__", event, method);
    return event.returnValue;
  }

  #event() {
    return { sender: this.#sender };
  }

  #expect(resolve) {
    const id = this.#calls.size + 1;
    this.#calls.set(id, resolve);
    return id;
  }

  #receive(channel, first, ...rest) {
    if (channel === "__RC_CHANNEL_RESULT_FROM_MAIN__") this.#calls.get(first)(...rest);
    else this.#told(first, ...rest);
  }
}
