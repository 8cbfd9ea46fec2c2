# One image for every role: ROLES says which of them a container runs. The version of Node is that of package-lock.json.
FROM node:24.21.0-bookworm-slim AS manifests
WORKDIR /app
COPY . .
# Only what the installation depends on, so that its layers outlive changes of the source.
RUN mkdir /manifests \
  && find . -name package.json -not -path '*/node_modules/*' -exec cp --parents {} /manifests ';' \
  && cp package-lock.json /manifests

FROM node:24.21.0-bookworm-slim AS production
WORKDIR /app
COPY --from=manifests /manifests ./
# Nothing that the services use has an install script that it needs.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --workspace=services/standalone --workspace=tools/cli

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY --from=manifests /manifests ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node_modules/.bin/tsc -b services/standalone tools/cli \
  && (cd apps/console && ../../node_modules/.bin/vite build --logLevel warn) \
  && mkdir /built \
  && find libs services tools/cli apps/console -path '*/node_modules' -prune \
    -o -type f -path '*/dist/*' -not -name '*.tsbuildinfo' -exec cp --parents {} /built ';'

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps
WORKDIR /app
COPY --from=production /app ./
COPY --from=build /built ./
COPY deploy/healthcheck.mjs deploy/healthcheck.mjs
COPY LICENSE ./
# A volume mounted here takes over the owner.
RUN install -d -o node -g node -m 0700 /var/lib/threadlog/exports
USER node
# HTTP API, Socket.io, operations (which is for the inside), gRPC.
EXPOSE 4000 4001 4002 9090
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "deploy/healthcheck.mjs"]
CMD ["node", "services/standalone/dist/main.js"]
