import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { processConfig } from '@threadlog/runtime';
import {
  ALIASES,
  ConfigError,
  createApp,
  createHealth,
  createLogger,
  createMetrics,
  createRateLimits,
  fieldMeta,
  listen,
  type HttpServer,
} from '@threadlog/service';
import { parse } from 'yaml';
import { loadStandaloneConfig, ROLE_NAMES, standaloneConfig } from './config';

/** What there is of a service in docker-compose.yml, as far as it is looked at here. */
interface ComposeService {
  image: string;
  build?: string;
  profiles?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  networks: string[];
  ports?: string[];
  volumes?: string[];
  healthcheck?: { test: string[] };
}
interface ComposeFile {
  services: Record<string, ComposeService>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, unknown>;
}
type Values = Record<string, string>;

const ROOT = resolve(__dirname, '../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const composeText = read('docker-compose.yml');
const VARIABLE = /\$\{(\w+)(:?-)([^}]*)\}/g;

/** The file as Docker Compose sees it: `${NAME:-default}` and `${NAME-default}` replaced, anchors merged. */
function compose(values: Values = {}): ComposeFile {
  const text = composeText.replace(VARIABLE, (_, name: string, mark: string, fallback: string) => {
    const value = values[name];
    return value === undefined || (mark === ':-' && value === '') ? fallback : value;
  });
  return parse(text, { merge: true }) as ComposeFile;
}

const file = compose();
const services = Object.entries(file.services);
const ours = services.filter(([, { build }]) => build !== undefined);
const watching = services.filter(([, { profiles }]) => profiles?.includes('monitoring'));
const stores = services.filter(([name, { build, profiles }]) => !build && !profiles && name !== 'edge');

/** Lines `NAME=value` of `.env.example`; those that are commented out are suggestions. */
const example = [...read('.env.example').matchAll(/^(# )?([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(
  ([, comment, name, value]) => ({
    name: name!,
    value: value!,
    set: comment === undefined,
  }),
);
const exampleValues: Values = Object.fromEntries(
  example.filter(({ set }) => set).map(({ name, value }) => [name, value]),
);

const schema = processConfig(standaloneConfig).shape;
const known = new Set(Object.keys(schema));
const secrets = Object.entries(schema).filter(([, field]) => fieldMeta(field).secret !== undefined);
const secretFiles = new Set(secrets.map(([name]) => `${name}_FILE`));

/** A process reads `.env` first, then what the compose file says. */
function environmentOf(name: string, values: Values): Values {
  return { ...values, ...compose(values).services[name]!.environment };
}

describe('images', () => {
  it('names a version of every image', () => {
    for (const [, { image }] of services) expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+(\.\d+)?(-[\w.]+)?$/);
  });

  it('gives our own image the version of the product', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(new Set(ours.map(([, { image }]) => image))).toEqual(new Set([`threadlog:${version}`]));
  });

  it('builds and runs on the Node that the lock file pins', () => {
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version: string }> };
    const bases = [...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(new Set(bases)).toEqual(new Set([`node:${lock.packages['node_modules/node']!.version}-bookworm-slim`]));
  });

  it('starts a program that the build makes, as somebody else than root', () => {
    const dockerfile = read('Dockerfile');
    const [, script] = /^CMD \["node", "(.+)"\]$/m.exec(dockerfile) ?? [];
    expect(existsSync(join(ROOT, script!.replace('/dist/', '/src/').replace(/\.js$/, '.ts')))).toBe(true);
    expect(dockerfile).toMatch(/^USER node$/m);
    for (const [, source] of dockerfile.matchAll(/^COPY (?!--from)(\S+)/gm)) {
      expect(existsSync(join(ROOT, source!))).toBe(true);
    }
  });
});

describe('environment', () => {
  it('runs every role once', () => {
    expect(ours.map(([, { environment }]) => environment?.ROLES).sort()).toEqual([...ROLE_NAMES].sort());
  });

  describe.each(ours.map(([name]) => name))('%s', (name) => {
    it.each([
      ['nothing else', {}],
      ['.env.example', exampleValues],
    ])('is configured by the compose file and %s', (_, values) => {
      const warnings: string[] = [];
      const config = loadStandaloneConfig(environmentOf(name, values), { warn: (line) => warnings.push(line) });
      expect(config.ROLES).toEqual([name]);
      expect(config.MONGO_URL).toBeDefined();
      expect(warnings).toEqual([]);
    });

    it('sets only variables that there are', () => {
      expect(Object.keys(file.services[name]!.environment!).filter((variable) => !known.has(variable))).toEqual([]);
    });

    it('does not start in production on the secrets of the file', () => {
      const attempt = () => loadStandaloneConfig(environmentOf(name, { ENVIRONMENT: 'production' }));
      expect(attempt).toThrow(ConfigError);
      for (const secret of ['AUTH_JWT_SECRET', 'CLUSTER_SECRET', 'SEALING_MASTER_KEY', 'PRIVACY_RECEIPT_KEY']) {
        expect(attempt).toThrow(`${secret}: is a development or example secret`);
      }
    });

    it('starts in production on secrets from files', () => {
      const names = ['AUTH_JWT_SECRET', 'CLUSTER_SECRET', 'SEALING_MASTER_KEY', 'PRIVACY_RECEIPT_KEY'];
      const values: Values = { ENVIRONMENT: 'production' };
      for (const secret of names) Object.assign(values, { [secret]: '', [`${secret}_FILE`]: `/run/secrets/${secret}` });
      const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256));
      const config = loadStandaloneConfig(environmentOf(name, values), { readFile: () => bytes.toString('base64') });
      expect(config.ENVIRONMENT).toBe('production');
    });
  });
});

describe('.env.example', () => {
  const interpolated = [...composeText.matchAll(VARIABLE)].map(([, name, , fallback]) => ({ name, fallback }));

  it('shows the defaults of every variable that the compose file asks for', () => {
    for (const { name, fallback } of interpolated) expect([name, exampleValues[name!]]).toEqual([name, fallback]);
  });

  it('names no variable that nothing reads', () => {
    const asked = new Set(interpolated.map(({ name }) => name));
    const unread = example.filter(({ name }) => !known.has(name) && !secretFiles.has(name) && !asked.has(name));
    expect(unread).toEqual([]);
    expect(ALIASES.filter(({ name }) => example.some((line) => line.name === name))).toEqual([]);
  });
});

describe('ways in', () => {
  const { API_PORT, REALTIME_PORT, GRPC_PORT } = loadStandaloneConfig(environmentOf('realtime', {}));
  const nginx = read('deploy/nginx.conf');
  const notPlain = [...nginx.matchAll(/^ {2}"~(\*?)(.*)" 0;$/gm)].map(
    ([, anyCase, pattern]) => new RegExp(pattern!.replaceAll('\\\\', '\\'), anyCase ? 'i' : ''),
  );

  it('publishes the API at the edge, the sockets and gRPC, nothing else', () => {
    const always = services.filter(([, { profiles }]) => !profiles);
    const published = always.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
    expect(published).toEqual([
      `edge ${API_PORT}:8080`,
      `realtime ${REALTIME_PORT}:${REALTIME_PORT}`,
      `grpc ${GRPC_PORT}:${GRPC_PORT}`,
    ]);
    const exposed = /^EXPOSE (.+)$/m.exec(read('Dockerfile'))?.[1]?.split(' ').map(Number);
    expect(exposed).toEqual([API_PORT, REALTIME_PORT, 4002, GRPC_PORT]);
    expect(nginx).toMatch(/^ {2}listen 8080;$/m);
  });

  /** The edge chooses a service by what it makes of a path, and passes on what was sent: they must be the same. */
  it.each([
    ...['/x/..', '/x/../y', '/x/.?a', '/x/%2e%2E/y', '/x/..%2fy', '/x%2f..', '/x/%252e.', '/x\\..', '//x', '/x//'],
    ...['/x\\y', '/x#y', '/..', '/.'],
  ])('lets %s reach no service', (target) => {
    expect(notPlain.some((pattern) => pattern.test(target))).toBe(true);
  });

  it.each([
    '/',
    '/api/v1/threads/a..b',
    '/x/...',
    '/x/.well-known',
    '/x%2Fy',
    '/x?a=//..',
    '/x/%2e%2ea',
    '/x.',
    '/..x',
  ])('lets %s through', (target) => {
    expect(notPlain.some((pattern) => pattern.test(target))).toBe(false);
  });

  it('leads to the ports that the services listen on', () => {
    const upstreams = [...nginx.matchAll(/^ {2}server (\S+) resolve;$/gm)].map(([, server]) => server).sort();
    expect(upstreams).toEqual(
      [`command-api:${API_PORT}`, `query-api:${API_PORT}`, `realtime:${REALTIME_PORT}`, `worker:${API_PORT}`].sort(),
    );
  });

  describe('logs at the edge', () => {
    const [, format = ''] = /^log_format edge ([^;]+);$/m.exec(nginx) ?? [];
    const [, map = ''] = /^map \$uri \$logged_path \{\n([^}]*(?:\{[^}]*\}[^}]*)*)^\}$/m.exec(nginx) ?? [];
    const rules = [...map.matchAll(/^ {2}"~(\*?)(.+)"\s+(\S+);$/gm)].map(([, fold, pattern, shown]) => ({
      pattern: new RegExp(pattern!, fold ? 'i' : ''),
      shown: shown!,
    }));
    const logged = (path: string) => rules.find(({ pattern }) => pattern.test(path))?.shown ?? path;
    const token = `${'WyJhY21lIiwici0xIiwxNzk1OTkwNDAwXQ'.repeat(2)}.${'8Zs0aYt3mJv'.repeat(3)}QwertyuIop`;

    it('have the path through one map, and nothing else of what a client sends as its request', () => {
      expect(nginx.match(/access_log [^;]+;/g)).toEqual(['access_log /var/log/nginx/access.log edge;']);
      expect(format).toContain('$logged_path');
      expect(format).not.toMatch(
        /\$(request|request_uri|uri|args|query_string|arg_\w+|http_referer|http_authorization)\b/,
      );
    });

    it.each([
      [`/api/v1/privacy/downloads/${token}`],
      [`/api/v1/privacy/downloads/${token}/`],
      [`/API/V1/Privacy/DownLoads/${token}`],
      [`/api/v1/privacy/%64ownloads/${token}`],
      [`/elsewhere/${token}`],
      [`/api/v1/privacy/d%6fwnloads/${token.slice(0, 40)}`],
    ])('do not have the token in %s', (path) => {
      expect(rules).toHaveLength(3);
      expect(logged(path)).not.toContain(token.slice(0, 20));
    });

    it('have other paths as they are', () => {
      const path = '/api/v1/threads/0197a1b2-7c00-7000-8000-000000000001~b3/messages';
      expect(logged(path)).toBe(path);
    });

    it('have no error lines of requests: they carry the request as it was sent, when a service is down for one', () => {
      expect(nginx.match(/error_log [^;]+;/g)).toEqual(['error_log /var/log/nginx/error.log emerg;']);
      expect(/^server \{[^{]*?^ {2}error_log /m.exec(nginx)).not.toBeNull();
    });

    it('name the service that failed, and how', () => {
      expect(format).toContain('$upstream_addr');
      expect(format).toContain('$upstream_status');
    });

    it('are of the worker for what is asked of deliveries, and for nothing else of webhooks', () => {
      const [, pattern = ''] = /location ~\* (\S*webhooks\S*) \{/.exec(nginx) ?? [];
      const toWorker = (path: string) => new RegExp(pattern, 'i').test(`/api/v1/webhooks${path}`);
      const asked = ['/1/test', '/1/replay', '/1/replays/2', '/1/dead-letters/3/retry', '/1/Dead-Letters/retry-all'];
      expect(asked.filter(toWorker)).toEqual(asked);
      expect(['', '/1', '/1/secret', '/keys', '/1/attempts', '/1/dead-letters', '/1/replays'].filter(toWorker)).toEqual(
        [],
      );
    });

    it('are of the worker for downloads, in whatever case', () => {
      const [, pattern = ''] = /location ~\* (\S*downloads\S*) \{/.exec(nginx) ?? [];
      for (const path of [`/api/v1/privacy/downloads/${token}`, `/API/v1/privacy/Downloads/${token}/`]) {
        expect(path).toMatch(new RegExp(pattern, 'i'));
      }
    });
  });

  it('keeps the stores where nobody from outside comes, and the edge away from them', () => {
    expect(stores.map(([name]) => name).sort()).toEqual(['kafka', 'keystore', 'mongo', 'postgres']);
    for (const [, { networks }] of stores) expect(networks).toEqual(['data']);
    expect(file.networks.data).toEqual({ internal: true });
    expect(file.services.edge!.networks).toEqual(['front']);
  });

  it('shows figures to this machine alone, and keeps the stores away from who looks at them', () => {
    expect(watching.map(([name, { networks, ports }]) => [name, networks, ports])).toEqual([
      ['prometheus', ['data', 'monitoring'], undefined],
      ['grafana', ['monitoring'], ['127.0.0.1:3000:3000']],
    ]);
    const { scrape_configs } = parse(read('deploy/prometheus/prometheus.yml')) as {
      scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    const [{ names, port }] = scrape_configs[0]!.dns_sd_configs as [{ names: string[]; port: number }];
    expect(names.toSorted()).toEqual(ours.map(([name]) => name).sort());
    expect(String(port)).toBe(environmentOf('worker', {}).OPS_PORT);
  });

  it('mounts files and volumes that there are', () => {
    for (const mount of services.flatMap(([, { volumes = [] }]) => volumes)) {
      const [source] = mount.split(':');
      expect(source!.startsWith('./') ? existsSync(join(ROOT, source!)) : source! in file.volumes).toBe(true);
    }
  });
});

describe('health', () => {
  let http: HttpServer;
  const health = createHealth({ info: { service: 'test', version: '0' }, checks: [] });

  beforeAll(async () => {
    const config = { BASE_PATH: '', TRUST_PROXY: 0, ACCESS_LOG: 'off', CORS_ORIGINS: [] } as const;
    const logger = createLogger({ service: 'test', level: 'silent' });
    const metrics = createMetrics({ defaults: false });
    const limits = createRateLimits({ rates: {} });
    http = await listen(createApp({ logger, metrics, config, health, limits, routers: [] }), {
      host: '127.0.0.1',
      port: 0,
    });
  });
  afterAll(() => http.close(0));

  /** Exit code of the check that our containers run. */
  function check(port: number): Promise<number | null> {
    const { test } = ours[0]![1].healthcheck!;
    const [, program, ...args] = test;
    expect(program).toBe('node');
    const env = { PATH: process.env.PATH, OPS_PORT: String(port) };
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: 'ignore' });
    return new Promise((done) => child.once('exit', done));
  }

  it('is looked after in every container, and waited for only there', () => {
    for (const [, { healthcheck, depends_on = {} }] of services) {
      expect(healthcheck).toBeDefined();
      for (const [name, { condition }] of Object.entries(depends_on)) {
        expect(Object.keys(file.services)).toContain(name);
        expect(condition).toMatch(/^service_(healthy|started)$/);
      }
    }
    expect(new Set(ours.map(([, { healthcheck }]) => healthcheck!.test.join(' '))).size).toBe(1);
  });

  it('asks the edge for a path that there is', async () => {
    const url = new URL(file.services.edge!.healthcheck!.test.at(-1)!);
    expect(url.port).toBe('8080');
    expect((await fetch(`${http.url}${url.pathname}`)).status).toBe(200);
  });

  it('passes while the process is ready, and fails when it drains or is gone', async () => {
    expect(await check(http.port)).toBe(0);
    health.drain();
    expect(await check(http.port)).toBe(1);
    await http.close(0);
    expect(await check(http.port)).toBe(1);
  });
});
