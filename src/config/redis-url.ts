/** Tells what is wrong with the URL of a Redis. Pure; must not repeat credentials that stand in it. */

export interface RedisUrlProblem {
  readonly expected: string;
  readonly hint: string;
}

const expected = 'a URL such as "redis://10.50.10.20:6379"';

/** Undefined where the URL can be used. */
export function findRedisUrlProblem(value: string): RedisUrlProblem | undefined {
  if (!/^rediss?:\/\//i.test(value)) {
    return { expected, hint: "write redis:// in front of the host, or rediss:// for TLS" };
  }
  if (/\s/.test(value)) return { expected, hint: "remove the spaces and line breaks" };
  if (!URL.canParse(value) || new URL(value).hostname === "") {
    return { expected, hint: "check the host and the port, and write odd characters of a password as %XX" };
  }
  const { pathname, search, hash } = new URL(value);
  if (!/^\/?\d*$/.test(pathname)) {
    return { expected, hint: "only the number of a database may follow the host, as in /0" };
  }
  if (search !== "" || hash !== "") {
    return { expected, hint: "remove everything from the ? or # on; in a password they are %3F and %23" };
  }
  return undefined;
}
