/** Candidates that rewrite nothing: no proxy at all, nginx and HAProxy. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Candidate, Missing, type Place } from "./candidate.ts";

export const direct: Candidate = {
  name: "direct",
  mapsNames: false,
  headers: () => [],
  prepare: () => Promise.resolve(undefined),
};

function requireProgram(program: string): string {
  const path = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"]
    .map((folder) => join(folder, program))
    .find((candidate) => spawnSync(candidate, ["-v"], { stdio: "ignore" }).error === undefined);
  if (path === undefined) throw new Missing(`${program} is not installed: apt-get install -y ${program}`);
  return path;
}

export const nginx: Candidate = {
  name: "nginx",
  mapsNames: false,
  headers: () => [],
  prepare(place) {
    const program = requireProgram("nginx");
    const file = join(place.folder, "nginx.conf");
    writeFileSync(file, nginxConfig(place));
    return Promise.resolve({ program, args: ["-c", file, "-p", place.folder, "-e", "stderr"] });
  },
};

/** As an LLM box is usually put behind nginx: nothing buffered, connections to the box kept. */
const nginxConfig = ({ port, boxPort, folder }: Place) => `
daemon off;
error_log stderr;
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${folder}/nginx.pid;
events { worker_connections 40000; }
http {
  access_log off;
  client_max_body_size 64m;
  client_body_buffer_size 64k;
  client_body_temp_path ${folder}/nginx-body;
  proxy_temp_path ${folder}/nginx-proxy;
  fastcgi_temp_path ${folder}/nginx-fastcgi;
  uwsgi_temp_path ${folder}/nginx-uwsgi;
  scgi_temp_path ${folder}/nginx-scgi;
  keepalive_requests 1000000;
  upstream box { server 127.0.0.1:${boxPort}; keepalive 1024; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://box;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_request_buffering off;
      proxy_read_timeout 1h;
    }
  }
}
`;

export const haproxy: Candidate = {
  name: "haproxy",
  mapsNames: false,
  headers: () => [],
  prepare(place) {
    const program = requireProgram("haproxy");
    const file = join(place.folder, "haproxy.cfg");
    writeFileSync(file, haproxyConfig(place));
    return Promise.resolve({ program, args: ["-db", "-f", file] });
  },
};

const haproxyConfig = ({ port, boxPort }: Place) => `
global
  nbthread 1
  maxconn 9900
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  option http-no-delay
  http-reuse always
frontend clients
  bind 127.0.0.1:${port} backlog 4096
  default_backend box
backend box
  server box 127.0.0.1:${boxPort}
`;
