/** llama-server's recorded exchanges, and a backend that plays one of them. Knows no expectation. */
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import type { Runtime } from "../../src/runtime.ts";
import { projectRoot } from "../support/launch.ts";

const folder = join(projectRoot, "test/fixtures/llama-server");

const meta = z.object({
  status: z.int(),
  contentType: z.string(),
  request: z
    .object({
      method: z.string(),
      path: z.string(),
      body: z.record(z.string(), z.unknown()).optional(),
      raw: z.string().optional(),
    })
    .optional(),
});

export interface Capture {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** What the client sends. */
  readonly sent: Uint8Array<ArrayBuffer> | undefined;
  readonly status: number;
  readonly contentType: string;
  readonly answer: Uint8Array<ArrayBuffer>;
}

/** All whose request is known, by name. */
export const captures: readonly Capture[] = globSync("**/*.meta.json", { cwd: folder })
  .flatMap((file) => {
    const { request, ...answered } = meta.parse(JSON.parse(readFileSync(join(folder, file), "utf8")));
    if (request === undefined) return [];
    const { method, path, body, raw } = request;
    const suffix = answered.contentType.startsWith("text/event-stream") ? ".sse" : ".json";
    const answer = new Uint8Array(readFileSync(join(folder, file.replace(/\.meta\.json$/, suffix))));
    const sent =
      body !== undefined
        ? new TextEncoder().encode(JSON.stringify(body))
        : raw !== undefined
          ? Uint8Array.from(raw, (character) => character.charCodeAt(0))
          : undefined;
    return [{ name: basename(file, ".meta.json"), method, path, body, sent, ...answered, answer }];
  })
  .sort((a, b) => (a.name < b.name ? -1 : 1));

/** A backend's fetch that gives this answer to everything but what probes ask, `size` bytes a read, and tells when it does. */
export function play(capture: Capture, size: number, onPlay: () => void): Runtime["fetch"] {
  const { status, contentType, answer } = capture;
  return async (url, { method }) => {
    const { pathname } = new URL(url);
    if (method === "GET" && pathname.endsWith("/models") && capture.path !== "/v1/models") {
      return pathname === "/v1/models" ? Response.json(models) : new Response(null, { status: 404 });
    }
    if (method === "GET" && pathname === "/props") return new Response(null, { status: 404 });
    onPlay();
    return new Response(inPieces(answer, size), { status, headers: { "content-type": contentType } });
  };
}

const models = {
  object: "list",
  data: ["tiny", "tiny-embed", "tiny-think"].map((id) => ({
    id,
    object: "model",
    created: 1,
    owned_by: "llamacpp",
  })),
};

function inPieces(bytes: Uint8Array<ArrayBuffer>, size: number): ReadableStream<Uint8Array> {
  let place = 0;
  return new ReadableStream({
    pull(controller) {
      if (place >= bytes.byteLength) {
        controller.close();
        return;
      }
      controller.enqueue(bytes.slice(place, place + size));
      place += size;
    },
  });
}
