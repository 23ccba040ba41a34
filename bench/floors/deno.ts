/** The least that a proxy on Deno costs: its own server and `fetch`, which pass everything on unread. */
declare const Deno: {
  readonly args: readonly string[];
  serve(options: { hostname: string; port: number }, handler: (request: Request) => Promise<Response>): void;
};

const [box = "", port = ""] = Deno.args;

Deno.serve({ hostname: "127.0.0.1", port: Number(port) }, async (request) => {
  const { pathname, search } = new URL(request.url);
  const { method, headers, signal } = request;
  const body = method === "GET" ? null : await request.arrayBuffer();
  return fetch(`http://127.0.0.1:${box}${pathname}${search}`, { method, headers, body, signal });
});
