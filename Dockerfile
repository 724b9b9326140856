# syntax=docker/dockerfile:1

# Compiles better-sqlite3 (version 12, which npm installs for older versions of Node) and the service.
FROM node:22-bookworm-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 make g++ \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
COPY tools/bundle.mjs ./tools/
COPY reference-data ./reference-data
RUN npm run build && npm prune --omit=dev

# Runs it: without compiler and package cache, and not as root.
FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY reference-data ./reference-data
# A new volume gets its owner and mode from this folder.
RUN install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
ENV HABEAS_DATA=/data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Exec form, so that Node itself receives the signals.
CMD ["node", "dist/bundle/cli.js", "serve"]
