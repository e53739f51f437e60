// An SDK as a process: commands come one JSON object a line on stdin, events go one a line to
// stdout. Tokens come by stdin only and are never printed.

import readline from "node:readline";

let redact = (text) => text;

/**
 * Keeps stdout for the events and survives the SDK's exceptions as a page does. Everything shown
 * goes through `redactor`. Call before loading the SDK.
 */
export function quiet(redactor) {
  redact = redactor;
  // SDKs log to the console, and their log may quote a token.
  const log = process.env.IMLINK_INTEROP_LOG
    ? (...parts) => process.stderr.write(redact(`${parts.join(" ")}\n`))
    : () => {};
  for (const level of ["debug", "log", "info", "warn", "error"]) console[level] = log;
  process.on("uncaughtException", fault);
  process.on("unhandledRejection", fault);
}

/**
 * Runs the command of every line until `quit` or the end of stdin, which end the process; `leave`
 * is called before. Commands are started in order and not waited for: a send may be under way
 * while the next comes.
 */
export async function serve(commands, leave = () => {}) {
  const end = () => {
    leave();
    process.exit(0);
  };
  const all = { ...commands, quit: end };
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line.trim() !== "") run(all, line);
  }
  // Whoever drives this process is gone.
  end();
}

/** Tells the driver what happened. */
export function emit(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

async function run(commands, line) {
  try {
    const { command, ...fields } = parse(line);
    if (!Object.hasOwn(commands, command)) throw new Error(`unknown command ${command}`);
    await commands[command](fields);
  } catch (error) {
    fault(error);
  }
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    // The parser's own message quotes the line, which may hold a token.
    throw new Error("a line is not JSON");
  }
}

function fault(error) {
  emit({ event: "fault", message: redact(String(error?.message ?? error)) });
}
