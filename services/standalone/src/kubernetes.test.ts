import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { processConfig } from '@threadlog/runtime';
import { fieldMeta } from '@threadlog/service';
import { parseAllDocuments } from 'yaml';
import { loadStandaloneConfig, ROLE_NAMES, standaloneConfig } from './config';
import { typeFaults, type Manifest } from './testing/manifestTypes';

interface Named {
  name: string;
}
interface Container extends Named {
  image: string;
  env?: (Named & { value?: string })[];
  envFrom?: { configMapRef?: Named; secretRef?: Named }[];
  ports: (Named & { containerPort: number })[];
  volumeMounts: (Named & { mountPath: string })[];
  resources: { requests: object; limits: object };
  securityContext: object;
  readinessProbe: { httpGet: { path: string; port: string } };
  livenessProbe: { httpGet?: { path: string; port: string } };
}
interface Selector {
  matchLabels?: Record<string, string>;
}
interface Workload extends Manifest {
  spec: {
    replicas?: number;
    selector: Selector;
    template: {
      metadata: { labels: Record<string, string> };
      spec: {
        containers: [Container];
        securityContext: object;
        terminationGracePeriodSeconds: number;
        volumes: (Named & { configMap?: Named; persistentVolumeClaim?: { claimName: string } })[];
      };
    };
  };
}

const ROOT = resolve(__dirname, '../../..');
const KUBERNETES = join(ROOT, 'deploy/kubernetes');
const read = (path: string): string => readFileSync(join(KUBERNETES, path), 'utf8');
const kubectl = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'kubectl'))
  .find((file) => existsSync(file));
const OVERLAYS = ['single', 'replicated'];

function render(overlay: string): Manifest[] {
  const text = execFileSync(kubectl!, ['kustomize', join(KUBERNETES, 'overlays', overlay)], { encoding: 'utf8' });
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** Lines `NAME=value`. */
const variablesIn = (path: string): string[] =>
  [...read(path).matchAll(/^([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name!);

const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256)).toString('base64');
const secrets: Record<string, string> = Object.fromEntries(
  variablesIn('base/secret.example.env').map((name) => [
    name,
    name.endsWith('_URL') ? 'postgresql://threadlog:x@postgres/threadlog' : bytes,
  ]),
);

test('the secrets that are asked for are variables that hold secrets', () => {
  const { shape } = processConfig(standaloneConfig);
  for (const name of Object.keys(secrets)) {
    expect([name, fieldMeta(shape[name as keyof typeof shape]).secret]).toEqual([name, expect.any(String)]);
  }
});

test('no file of variables that is no secret holds one', () => {
  const { shape } = processConfig(standaloneConfig);
  for (const path of ['base/threadlog.env', ...OVERLAYS.map((overlay) => `overlays/${overlay}/threadlog.env`)]) {
    for (const name of variablesIn(path)) {
      expect([name, name in shape]).toEqual([name, true]);
      expect([name, fieldMeta(shape[name as keyof typeof shape]).secret]).toEqual([name, undefined]);
    }
  }
});

test('the edge of a cluster leads to services by their full names', () => {
  const names = [...read('base/nginx.conf').matchAll(/^ {2}server (\S+) resolve;$/gm)].map(([, server]) => server);
  expect(names.sort()).toEqual(
    ['command-api', 'query-api', 'realtime', 'worker'].map(
      (name) => `${name}.threadlog.svc.cluster.local:${name === 'realtime' ? 4001 : 4000}`,
    ),
  );
  expect(read('base/nginx.conf')).not.toContain('127.0.0.11');
});

const describeRendered = kubectl ? describe.each(OVERLAYS) : describe.skip.each(['there is no kubectl']);

describeRendered('the overlay %s', (overlay) => {
  let documents: Manifest[];
  let workloads: Workload[];
  const of = <T extends Manifest>(kind: string): T[] => documents.filter((each) => each.kind === kind) as T[];
  beforeAll(() => {
    documents = render(overlay);
    workloads = of<Workload>('Deployment');
  });
  const processes = () =>
    workloads.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === 'threadlog');

  /** What a process of it is given. */
  function environmentOf({ spec }: Workload): Record<string, string> {
    const [{ env = [], envFrom = [] }] = spec.template.spec.containers;
    const from = envFrom.flatMap(({ configMapRef, secretRef }) => {
      if (secretRef) return [secrets];
      const map = of<Manifest & { data: Record<string, string> }>('ConfigMap').find(
        ({ metadata }) => metadata.name === configMapRef?.name,
      );
      return [map!.data];
    });
    const own = env.map(({ name, value = '10.1.2.3' }) => [name, value.replace('$(POD_IP)', '10.1.2.3')]);
    return Object.assign({}, ...from, Object.fromEntries(own)) as Record<string, string>;
  }

  it('has nothing that the API of Kubernetes does not know', () => {
    expect(typeFaults(documents, ROOT)).toEqual([]);
  }, 60_000);

  it('runs each role, on the image of the product', () => {
    const roles = processes().map((workload) => environmentOf(workload).ROLES);
    expect(roles.sort()).toEqual([...ROLE_NAMES].sort());
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    for (const { spec } of processes()) expect(spec.template.spec.containers[0].image).toBe(`threadlog:${version}`);
  });

  it('gives each process what it reads, all that it requires, and nothing else', () => {
    const known = new Set(Object.keys(processConfig(standaloneConfig).shape));
    for (const workload of processes()) {
      const { POD_IP: _, ...env } = environmentOf(workload);
      expect(Object.keys(env).filter((name) => !known.has(name))).toEqual([]);
      const warnings: string[] = [];
      const config = loadStandaloneConfig(env, { warn: (line) => warnings.push(line) });
      expect([config.ENVIRONMENT, config.OPS_URL, config.OPS_HOST]).toEqual([
        'production',
        'http://10.1.2.3:4002',
        '0.0.0.0',
      ]);
      expect([config.KEYSTORE_DATABASE_URL, config.CLUSTER_SECRET, warnings]).toEqual([expect.any(String), bytes, []]);
      const { EXPORT_S3_BUCKET: bucket, EXPORT_DIR: directory } = config;
      const mounts = workload.spec.template.spec.containers[0].volumeMounts.map(({ mountPath }) => mountPath);
      if (config.ROLES.includes('worker')) expect(bucket !== undefined || mounts.includes(directory)).toBe(true);
    }
  });

  it.each(['AUTH_JWT_SECRET', 'CLUSTER_SECRET', 'SEALING_MASTER_KEY', 'DATABASE_URL'])(
    'does not start without %s',
    (name) => {
      const commandApi = processes().find(({ metadata }) => metadata.name === 'command-api')!;
      const { POD_IP: _, [name]: without, ...env } = environmentOf(commandApi);
      expect(without).toBeDefined();
      expect(() => loadStandaloneConfig(env)).toThrow(name.startsWith('AUTH') ? 'AUTH_' : name);
    },
  );

  it('asks for ports that the processes listen on, and for paths that they have', () => {
    for (const workload of processes()) {
      const config = loadStandaloneConfig(environmentOf(workload));
      const [container] = workload.spec.template.spec.containers;
      const ports = Object.fromEntries(container.ports.map(({ name, containerPort }) => [name, containerPort]));
      const expected = {
        api: config.API_PORT,
        realtime: config.REALTIME_PORT,
        ops: config.OPS_PORT,
        grpc: config.GRPC_PORT,
      };
      expect(expected).toMatchObject(ports);
      expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'ops' });
      expect(container.livenessProbe.httpGet).toEqual({ path: '/livez', port: 'ops' });
    }
  });

  it('lets nobody write to the image, be root, or gain rights, and gives processes the time they take to end', () => {
    for (const { spec } of workloads) {
      const { containers, securityContext, terminationGracePeriodSeconds } = spec.template.spec;
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(containers[0].resources).toMatchObject({
        requests: { cpu: expect.any(String) },
        limits: { memory: expect.any(String) },
      });
      expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(30);
    }
  });

  const carries = (selector: Record<string, string>) => (labels: Record<string, string>) =>
    Object.entries(selector).every(([name, value]) => labels[name] === value);
  const selected = ({ matchLabels = {} }: Selector) =>
    workloads.filter(({ spec }) => carries(matchLabels)(spec.template.metadata.labels));

  it('mounts and selects only what is there', () => {
    const names = (kind: string) => of(kind).map(({ metadata }) => metadata.name);
    for (const { spec } of workloads) {
      expect(selected(spec.selector)).toHaveLength(1);
      const { volumes } = spec.template.spec;
      const maps = volumes.flatMap(({ configMap }) => (configMap ? [configMap.name] : []));
      const claims = volumes.flatMap(({ persistentVolumeClaim: claim }) => (claim ? [claim.claimName] : []));
      expect(names('ConfigMap')).toEqual(expect.arrayContaining(maps));
      expect(names('PersistentVolumeClaim')).toEqual(expect.arrayContaining(claims));
    }
    type Selecting = Manifest & { spec: { selector?: Selector; podSelector?: Selector; scaleTargetRef?: Named } };
    for (const { spec } of of<Selecting>('PodDisruptionBudget')) expect(selected(spec.selector!)).toHaveLength(1);
    for (const { spec } of of<Selecting>('NetworkPolicy')) expect(selected(spec.podSelector!)).not.toEqual([]);
    for (const { spec } of of<Selecting>('HorizontalPodAutoscaler'))
      expect(names('Deployment')).toContain(spec.scaleTargetRef!.name);
    const elsewhere = documents.filter(
      ({ metadata, kind }) => kind !== 'Namespace' && metadata.namespace !== 'threadlog',
    );
    expect(elsewhere).toEqual([]);
  });

  it('leads each service to a port of one workload', () => {
    type Service = Manifest & { spec: { selector: Record<string, string>; ports: { targetPort: string }[] } };
    for (const { spec } of of<Service>('Service')) {
      const [backing, ...others] = selected({ matchLabels: spec.selector });
      expect(others).toEqual([]);
      const ports = backing!.spec.template.spec.containers[0].ports.map(({ name }) => name);
      expect(ports).toEqual(expect.arrayContaining(spec.ports.map(({ targetPort }) => targetPort)));
    }
  });

  it('has as many of everything as it says', () => {
    const scaled = of<Manifest & { spec: { minReplicas: number } }>('HorizontalPodAutoscaler');
    const budgets = of('PodDisruptionBudget').map(({ metadata }) => metadata.name);
    if (overlay === 'single') {
      expect(workloads.map(({ spec }) => spec.replicas)).toEqual(workloads.map(() => 1));
      // One of one could never be evicted.
      expect([scaled, budgets]).toEqual([[], []]);
      return;
    }
    const least = new Map(scaled.map(({ metadata, spec }) => [metadata.name, spec.minReplicas]));
    for (const { metadata, spec } of workloads) {
      expect(spec.replicas ?? least.get(metadata.name)).toBeGreaterThanOrEqual(2);
      // An autoscaler and a number beside it would pull at each other with every rollout.
      expect(spec.replicas === undefined).toBe(least.has(metadata.name));
    }
    expect(budgets.sort()).toEqual(workloads.map(({ metadata }) => metadata.name).sort());
  });
});

if (kubectl)
  test('a field that there is not is found, and one of another type', () => {
    const [deployment] = render('single').filter(({ kind }) => kind === 'Deployment') as Workload[];
    const broken = structuredClone(deployment!) as unknown as { spec: Record<string, unknown> };
    broken.spec.replica = 2;
    const other = structuredClone(deployment!) as unknown as { spec: Record<string, unknown> };
    other.spec.replicas = 'two';
    const faults = typeFaults([broken as unknown as Manifest, other as unknown as Manifest], ROOT);
    expect(faults).toEqual([
      expect.stringMatching(/"replica".* does not exist/),
      expect.stringContaining("not assignable to type 'number'"),
    ]);
  }, 60_000);
