/**
 * `npm run demo`: starts the proxy, asks it one streamed question with the real OpenAI SDK, and shows how to repeat it.
 * Without arguments the answer comes from the built-in simulator; `npm run demo -- --backend URL` asks a real box.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import OpenAI from "openai";

const options = process.argv.slice(2);
const startArguments = options.length > 0 ? options : ["--simulate"];
const question = "Why does a local model need no cloud?";
const say = (text: string) => process.stdout.write(text);

const proxy = spawn(
  process.execPath,
  ["src/entry/node.ts", "--port", "0", "--log-level", "error", ...startArguments],
  {
    cwd: new URL("..", import.meta.url).pathname,
    stdio: ["ignore", "pipe", "inherit"],
  },
);
proxy.once("exit", (code) => process.exit(code ?? 0));

const url = await listeningUrl();
say(`\n> gpt-4o, asked by the openai SDK at ${url}/v1: ${question}\n\n`);
const succeeded = await ask(url).catch((error: unknown) => {
  say(`\n${error instanceof Error ? error.message : String(error)}\n`);
  return false;
});
say(`\nThe same by hand:\n\n${curlCommand(process.stdout.isTTY ? url : "http://localhost:8080")}\n\n`);

if (process.stdout.isTTY && succeeded) {
  say("The proxy stays up for you to try it. Ctrl-C ends it.\n");
} else {
  say(`Start the proxy for that: npm start -- ${startArguments.join(" ")}\n`);
  proxy.removeAllListeners("exit");
  proxy.kill("SIGTERM");
  await once(proxy, "exit");
  process.exitCode = succeeded ? 0 : 1;
}

/** Prints what the proxy prints, and resolves with the address it tells. */
async function listeningUrl(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  createInterface({ input: proxy.stdout }).on("line", (line) => {
    say(`${line}\n`);
    const found = /^Listening on (http:\/\/\S+)/.exec(line)?.[1];
    if (found !== undefined) setTimeout(resolve, 500, found.replace(/\/$/, ""));
  });
  return promise;
}

async function ask(url: string): Promise<boolean> {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "local", maxRetries: 0 });
  const startedAt = performance.now();
  let firstAt: number | undefined;
  const stream = await client.chat.completions.create({
    model: "gpt-4o",
    messages: [{ role: "user", content: question }],
    stream: true,
  });
  for await (const chunk of stream) {
    firstAt ??= performance.now();
    say(chunk.choices[0]?.delta.content ?? "");
  }
  const firstMs = Math.round((firstAt ?? performance.now()) - startedAt);
  say(`\n\n(first piece after ${firstMs} ms, all after ${Math.round(performance.now() - startedAt)} ms)\n`);
  return firstAt !== undefined;
}

function curlCommand(url: string): string {
  return [
    `curl --no-buffer ${url}/v1/chat/completions \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '{"model": "gpt-4o", "messages": [{"role": "user", "content": "${question}"}], "stream": true}'`,
  ].join("\n");
}
