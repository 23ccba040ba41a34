/** The least that a proxy on Bun costs: its own server and `fetch`, which pass everything on unread. */
declare const Bun: {
  serve(options: {
    hostname: string;
    port: number;
    idleTimeout: number;
    fetch(request: Request): Promise<Response>;
  }): void;
};

const [box = "", port = ""] = process.argv.slice(2);

Bun.serve({
  hostname: "127.0.0.1",
  port: Number(port),
  idleTimeout: 0,
  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    const { method, headers, signal } = request;
    const body = method === "GET" ? null : await request.arrayBuffer();
    const withoutLimit: RequestInit & { timeout: false } = { method, headers, body, signal, timeout: false };
    return fetch(`http://127.0.0.1:${box}${pathname}${search}`, withoutLimit);
  },
});
