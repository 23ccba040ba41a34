/** Which URLs the proxy fetches, by what they say alone. */
import { describe, expect, it } from "vitest";
import { judgeUrl } from "../../src/http/public-url.ts";

const anyPublic = { allowedHosts: undefined, internalHosts: [] };
const listed = {
  allowedHosts: ["images.example.com", "*.cdn.example", "odd.example:8443"],
  internalHosts: ["images.lan", "10.0.0.5:9000", "[fd00::5]"],
};

const refused: readonly (readonly [string, RegExp])[] = [
  ["http://127.0.0.1/a.png", /no public host/],
  ["http://2130706433/", /no public host/],
  ["http://0x7f000001/", /no public host/],
  ["http://0177.0.0.1/", /no public host/],
  ["http://0x7f.1/", /no public host/],
  ["http://127.1/", /no public host/],
  ["http://127.0.0.1./", /no public host/],
  ["http://0/", /no public host/],
  ["http://%31%32%37.0.0.1/", /no public host/],
  ["http://①②⑦.0.0.1/", /no public host/],
  ["http://127。0。0。1/", /no public host/],
  ["http://169.254.169.254/latest/meta-data/", /no public host/],
  ["http://2852039166/", /no public host/],
  ["http://[::1]/", /no public host/],
  ["http://[::]/", /no public host/],
  ["http://[::ffff:127.0.0.1]/", /no public host/],
  ["http://[::ffff:a9fe:a9fe]/", /no public host/],
  ["http://[64:ff9b::7f00:1]/", /no public host/],
  ["http://[fd00:ec2::254]/", /no public host/],
  ["http://localhost/", /no public host/],
  ["http://LOCALHOST/", /no public host/],
  ["http://localhost./", /no public host/],
  ["http://localhost../", /no public host/],
  ["http://a.localhost/", /no public host/],
  ["http://router/", /no public host/],
  ["http://printer.local/", /no public host/],
  ["http://nas.lan./", /no public host/],
  ["http://metadata.google.internal/", /no public host/],
  ["http://box.home.arpa/", /no public host/],
  ["http://./", /no public host/],
  ["http://a..b/", /no public host/],
  ["http://example.com:22/", /a port other/],
  ["http://example.com:443/", /a port other/],
  ["https://example.com:80/", /a port other/],
  ["http://user@example.com/", /a user name/],
  ["http://:secret@example.com/", /a user name/],
  ["http://example.com@127.0.0.1/", /a user name/],
  ["ftp://example.com/a.png", /http: or https:/],
  ["file:///etc/passwd", /http: or https:/],
  ["gopher://example.com/", /http: or https:/],
  ["data:image/png;base64,AA==", /http: or https:/],
  ["javascript:alert(1)", /http: or https:/],
  ["http://", /cannot be read/],
  ["http://[::1/", /cannot be read/],
  ["http://1.2.3.4.5/", /cannot be read/],
  ["//example.com/a.png", /cannot be read/],
  ["", /cannot be read/],
];

describe("a URL", () => {
  it.each([
    ["http://example.com/a.png", "http://example.com/a.png"],
    ["https://example.com:443/a.png?x=1#part", "https://example.com/a.png?x=1"],
    ["HTTP://EXAMPLE.com.:80/", "http://example.com/"],
    ["http://example.com\\a.png", "http://example.com/a.png"],
    ["http://134744072/", "http://8.8.8.8/"],
    ["https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/"],
    ["https://localhost.example.com/", "https://localhost.example.com/"],
    ["https://münchen.example/", "https://xn--mnchen-3ya.example/"],
  ])("%s is fetched as %s", (text, href) => {
    const verdict = judgeUrl(text, anyPublic);
    expect([verdict.kind, verdict.kind === "refused" ? "" : verdict.url.href]).toEqual(["public", href]);
  });

  it.each(refused)("%s is refused: %s", (text, why) => {
    expect(judgeUrl(text, anyPublic)).toEqual({ kind: "refused", why: expect.stringMatching(why) });
  });

  it.each([
    ["https://images.example.com/a.png", "public"],
    ["https://images.example.com:8443/a.png", "refused"],
    ["https://odd.example:8443/", "public"],
    ["https://odd.example/", "refused"],
    ["https://a.cdn.example/", "public"],
    ["https://cdn.example/", "refused"],
    ["https://evilcdn.example/", "refused"],
    ["https://example.com/", "refused"],
    ["http://images.lan/", "internal"],
    ["http://images.lan./", "internal"],
    ["https://images.lan/", "internal"],
    ["http://images.lan:81/", "refused"],
    ["http://10.0.0.5:9000/", "internal"],
    ["http://10.0.0.5/", "refused"],
    ["http://167772165:9000/", "internal"],
    ["http://[fd00:0::5]/", "internal"],
    ["http://user@images.lan/", "refused"],
    ["ftp://images.lan/", "refused"],
  ])("%s by the operator's lists: %s", (text, kind) => {
    expect(judgeUrl(text, listed).kind).toBe(kind);
  });
});
