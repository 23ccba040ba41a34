/** Tells what is wrong with a backend's URL. Pure; must not repeat credentials that stand in it. */

/** The URL that stands for the built-in simulator instead of a real box. */
export const simulatorUrl = "simulator:";

export interface UrlProblem {
  readonly expected: string;
  readonly hint: string;
  /** What was probably meant; repeats the value, which not every message may do. */
  readonly suggestion?: string;
}

const expectedUrl = 'a URL such as "http://10.50.10.14:1234"';

/** Undefined where the URL can be used. */
export function findUrlProblem(value: string): UrlProblem | undefined {
  if (value === simulatorUrl) return undefined;
  if (!/^https?:\/\//i.test(value)) return { expected: expectedUrl, ...adviseOnScheme(value) };
  if (/\s/.test(value)) return { expected: expectedUrl, hint: "remove the spaces and line breaks" };
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:\/\/[^/]/i.test(value)) {
    return { expected: expectedUrl, hint: "check the host and the port; a port is at most 65535" };
  }
  if (url.username !== "" || url.password !== "") {
    return {
      expected: "a URL without user and password",
      hint: "put a key into `api_key`, or anything else into `headers` (Authorization: Basic …)",
    };
  }
  if (value.includes("?") || value.includes("#")) {
    return {
      expected: "a URL that ends with the host or a path",
      hint: "remove everything from the ? or # on; what every request needs goes into `headers`",
    };
  }
  return undefined;
}

function adviseOnScheme(value: string): Omit<UrlProblem, "expected"> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return { hint: "write http:// or https:// in front" };
  const hint = "write http:// in front of the host";
  const suggestion = `http://${value.replace(/^:?\/+/, "")}`;
  // Only a bare host, port and path, with nothing in it that could be a password.
  const canBeShown = /^http:\/\/[\w.:[\]/-]+$/.test(suggestion) && URL.canParse(suggestion);
  return canBeShown ? { hint, suggestion } : { hint };
}
