import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import type { Cleanups } from '../cleanup';

/** A key and its certificate, as PEM and as files. */
export interface Certified {
  key: string;
  cert: string;
  keyFile: string;
  certFile: string;
  /** Key and certificates in one file, as Kafka wants them. */
  bothFile: string;
}

/** An authority of one's own, with what it signed. */
export interface Authority {
  cert: string;
  certFile: string;
  /** For a server that is reached as 127.0.0.1 and localhost, or only by these names. */
  server(names?: readonly string[]): Promise<Certified>;
  client(name: string): Promise<Certified>;
}

const HERE = [{ type: 7 as const, ip: '127.0.0.1' }, ...named(['localhost'])];

function named(names: readonly string[]) {
  return names.map((value) => ({ type: 2 as const, value }));
}

/** Makes an authority that nobody trusts who is not told to; its files go at the end of the test file. */
export async function createAuthority(cleanups: Cleanups, name = 'Threadlog tests'): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'threadlog-certificates-'));
  cleanups.add(() => rm(folder, { recursive: true, force: true }));
  const root = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true },
    ],
  });
  const ca = { key: root.private, cert: root.cert };
  let made = 0;

  async function put(name: string, text: string): Promise<string> {
    const file = join(folder, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  }

  async function sign(commonName: string, altNames: typeof HERE): Promise<Certified> {
    made += 1;
    const number = made;
    const { private: key, cert } = await generate([{ name: 'commonName', value: commonName }], {
      ...{ keyType: 'ec', algorithm: 'sha256', ca },
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        { name: 'subjectAltName', altNames },
      ],
    });
    const files = { keyFile: await put(`${number}.key.pem`, key), certFile: await put(`${number}.cert.pem`, cert) };
    return { key, cert, ...files, bothFile: await put(`${number}.both.pem`, `${key}\n${cert}\n`) };
  }

  return {
    cert: root.cert,
    certFile: await put('ca.pem', root.cert),
    server: (names) => sign('server', names ? (named(names) as typeof HERE) : HERE),
    client: (commonName) => sign(commonName, named([commonName]) as typeof HERE),
  };
}
