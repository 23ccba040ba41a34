# The proxy on Node, run from its source as it is. Build it from this folder: docker build -t openai-local-proxy:0.1.0 .

FROM node:24.21.0-slim AS libraries
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24.21.0-slim
ENV NODE_ENV=production
# The configuration that comes along takes everything from the environment; mount a folder of your own over /config.
ENV OPENAI_LOCAL_PROXY_CONFIG=/config/config.yaml
WORKDIR /app
COPY --from=libraries /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY src ./src
COPY deploy/config /config
# As a number, so that Kubernetes can see that it is not root.
USER 1000:1000
EXPOSE 8080
STOPSIGNAL SIGTERM
# By node itself, since the image has no curl. It asks at PORT, so set that too where a mounted file names another port.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--min-semi-space-size=16", "--max-semi-space-size=16", "src/entry/node.ts"]
