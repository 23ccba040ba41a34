/** The files for a plain host, nginx.conf and the unit of systemd, agree with the proxy's limits and commands. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { projectRoot } from "../support/launch.ts";

const read = (file: string) => readFileSync(join(projectRoot, file), "utf8");
const { server, request, stream } = parseConfig("");

describe("nginx.conf", () => {
  const text = read("deploy/nginx.conf").replaceAll(/^\s*#.*\n/gm, "");
  const directives = [...text.matchAll(/^\s*(\w+) (.+);$/gm)].map(
    ([, name = "", value = ""]) => [name, value] as const,
  );
  const valuesOf = (name: string) => directives.filter(([one]) => one === name).map(([, value]) => value);

  it("has a semicolon or a brace at each line's end, and as many braces open as closed", () => {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    expect(lines.filter((line) => !/[;{}]$/.test(line))).toEqual([]);
    expect(text.split("{").length).toBe(text.split("}").length);
  });

  it("holds nothing back", () => {
    expect(valuesOf("proxy_buffering")).toEqual(["off"]);
    expect(valuesOf("proxy_request_buffering")).toEqual(["off"]);
  });

  it.for(["proxy_read_timeout", "proxy_send_timeout"])("has a %s above the proxy's own limits", (name) => {
    const [value] = valuesOf(name);
    const own = Math.max(request.default_timeout, stream.idle_timeout, stream.heartbeat);
    expect(Number(value?.replace(/s$/, ""))).toBeGreaterThan(own);
  });

  it("lets bodies through that the proxy takes", () => {
    const [value] = valuesOf("client_max_body_size");
    expect(Number(value?.replace(/m$/, "")) * 1024 * 1024).toBe(request.max_content_length);
  });

  it("keeps connections to the address that it names, and tries nothing twice", () => {
    expect(valuesOf("server")).toEqual([`127.0.0.1:${server.port}`]);
    expect([valuesOf("proxy_http_version"), valuesOf("proxy_next_upstream")]).toEqual([["1.1"], ["off"]]);
    expect(valuesOf("proxy_set_header")).toContain('Connection ""');
    const [upstream = ""] = /(?<=upstream )\w+/.exec(text) ?? [];
    expect(valuesOf("proxy_pass")).toEqual([`http://${upstream}`]);
  });

  it("hangs up when the client does", () => {
    expect(valuesOf("proxy_ignore_client_abort")).not.toContain("on");
  });
});

describe("the unit of systemd", () => {
  const settings = [...read("deploy/openai-local-proxy.service").matchAll(/^(\w+)=(.*)$/gm)];
  const settingOf = (name: string) => settings.find(([, one]) => one === name)?.[2];

  it("starts as npm start does", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: { start: string } };
    expect(settingOf("ExecStart")).toBe(`/usr/bin/${scripts.start}`);
  });

  it("leaves the drain its time, and sends one signal to the proxy alone", () => {
    expect(Number(settingOf("TimeoutStopSec"))).toBeGreaterThanOrEqual(server.drain_timeout + 5);
    expect(settingOf("KillMode")).toBe("mixed");
    expect(settingOf("KillSignal")).toBeUndefined();
  });

  it("reloads by the signal that the proxy follows", () => {
    expect(settingOf("ExecReload")).toBe("/bin/kill -HUP $MAINPID");
    expect(read("src/cli/serve.ts")).toContain('process.on("SIGHUP"');
  });

  it("runs as nobody in particular, without rights that it does not need", () => {
    expect([
      settingOf("DynamicUser"),
      settingOf("NoNewPrivileges"),
      settingOf("CapabilityBoundingSet"),
    ]).toEqual(["yes", "yes", ""]);
    // Node compiles while it runs.
    expect(settingOf("MemoryDenyWriteExecute")).toBeUndefined();
  });
});
