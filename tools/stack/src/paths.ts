import { join, resolve } from 'node:path';

/** Root of the checkout. `src` and `dist` are equally deep, so this holds for both. */
export const checkoutRoot = resolve(__dirname, '..', '..', '..');

/** Folder of the Maven projects and the Java sources. */
export const jvmSources = resolve(__dirname, '..', 'jvm');

/** Where fetched jars and class-data archives are kept; outlives every data directory. */
export const cacheDir = (): string => resolve(process.env.THREADLOG_CACHE_DIR ?? join(checkoutRoot, '.cache'));

/** The files of one data directory. */
export const layout = (dataDir: string) => {
  const root = resolve(dataDir);
  return {
    root,
    kafka: join(root, 'kafka'),
    postgres: join(root, 'postgres'),
    mongo: join(root, 'mongo'),
    secrets: join(root, 'secrets.json'),
    /** Environment of the service, for tools that work on the same stores. */
    environment: join(root, 'environment.json'),
    log: (name: string) => join(root, 'logs', `${name}.log`),
    pidFile: (name: string) => join(root, 'pids', `${name}.json`),
  };
};

export type Layout = ReturnType<typeof layout>;
