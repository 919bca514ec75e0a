# The image of the worker, of the HTTP interface and of the migration job (docker-compose.yml). Node and the production packages, nothing else:
# a program is built when it is first run (.data/programs), and the workflow bundle by the first worker into /desk.
FROM node:22.21.1-bookworm-slim

ENV NODE_ENV=production
WORKDIR /app

COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund

COPY tsconfig.json ./
COPY schemas schemas
COPY domain domain
COPY workflows workflows
COPY activities activities
COPY adapters adapters
COPY db db
COPY config config
COPY prompts prompts
COPY api api
COPY workers workers
COPY scripts scripts
COPY knowledge knowledge

ENV QUARTERDECK_HOME=/desk
RUN mkdir /desk .data && chown node:node /desk .data
VOLUME /desk
USER node

# Not npm: a signal to stop must reach the worker itself, which then drains.
CMD ["node", "scripts/program.mjs", "workers/all.ts"]
