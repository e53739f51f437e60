// One SDK's process seen from another Node process.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import readline from "node:readline";

export class Driver {
  #process;
  #events = [];
  #waiting = [];
  #ended = null;

  /** Starts the SDK of that script of this directory. */
  constructor(script = "sdk.mjs") {
    const file = fileURLToPath(new URL(script, import.meta.url));
    this.#process = spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "inherit"] });
    // Writing to a process that has gone shows as its end, not as a crash of ours.
    this.#process.stdin.on("error", () => {});
    const lines = readline.createInterface({ input: this.#process.stdout });
    lines.on("line", (line) => {
      this.#events.push(JSON.parse(line));
      this.#deliver();
    });
    lines.on("close", () => {
      this.#ended = new Error("the SDK process has ended");
      this.#deliver();
    });
  }

  /** Hands one command to the process. */
  tell(command, fields = {}) {
    this.#process.stdin.write(`${JSON.stringify({ command, ...fields })}\n`);
  }

  /**
   * The first event not yet taken that carries all of `wanted`. A "fault" met before it, the end of
   * the process, or `deadline` milliseconds without it are errors.
   */
  async expect(wanted, deadline = 10_000) {
    let timer;
    const event = new Promise((resolve, reject) => {
      const waiter = { wanted, resolve, reject };
      this.#waiting.push(waiter);
      timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(new Error(`no ${JSON.stringify(wanted)} within ${deadline} ms`));
      }, deadline);
      this.#deliver();
    });
    return event.finally(() => clearTimeout(timer));
  }

  /** Ends the process; resolves when it has gone. */
  async quit() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;

    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    this.tell("quit");
    await gone;
  }

  #deliver() {
    this.#waiting = this.#waiting.filter((waiter) => !this.#serve(waiter));
  }

  #serve({ wanted, resolve, reject }) {
    const fault = this.#events.find((event) => event.event === "fault");
    if (fault && wanted.event !== "fault") {
      reject(new Error(`the SDK process reports: ${fault.message}`));
      return true;
    }

    const position = this.#events.findIndex((event) => matches(event, wanted));
    if (position >= 0) {
      resolve(this.#events.splice(position, 1)[0]);
      return true;
    }

    if (this.#ended) reject(this.#ended);
    return this.#ended !== null;
  }
}

function matches(event, wanted) {
  return Object.entries(wanted).every(([key, value]) => event[key] === value);
}
