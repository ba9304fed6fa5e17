#!/usr/bin/env node
import { runCommand } from './command.js';

// What is thrown here is a fault of the doctor's own; its text may hold anything, so its name alone is told.
runCommand(
  process.argv.slice(2),
  { env: process.env, folder: process.cwd() },
  {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    look: {
      columns: process.stdout.columns || 80,
      colour: process.stdout.isTTY && process.env.NO_COLOR === undefined,
    },
  },
).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`The doctor failed (${error instanceof Error ? error.name : 'unknown'}).\n`);
    process.exitCode = 2;
  },
);
