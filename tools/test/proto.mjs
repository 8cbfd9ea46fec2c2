// The proto files: linted, compared with what clients may know, and generated from. With --check, a step of npm test,
// nothing is written. Only programs of node_modules run, and nothing is asked of a network.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../stack/bootstrap.mjs';

const PROTO = join(root, 'schemas', 'proto');
/** Ours as clients may know it. It grows with every compatible change, and nothing ever leaves it. */
const KNOWN = join(PROTO, 'known.binpb');
const GENERATED = join(root, 'services', 'grpc', 'src', 'gen');
const bin = join(root, 'node_modules', '.bin');
const isCheck = process.argv.includes('--check');

function buf(...args) {
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, BUF_CACHE_DIR: join(root, '.cache', 'buf') };
  execFileSync(join(bin, 'buf'), args, { cwd: PROTO, env, stdio: ['ignore', 'inherit', 'inherit'] });
}

function requireSame(file, fresh, current) {
  if (existsSync(current) && readFileSync(fresh).equals(readFileSync(current))) return;
  console.error(`${file} is not what the proto files say: run \`npm run generate\` and commit it`);
  process.exitCode = 1;
}

const image = ['--path', 'chat', '--exclude-source-info'];
buf('lint');
if (existsSync(KNOWN)) buf('breaking', '--path', 'chat', '--against', KNOWN);
if (isCheck) {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const fresh = mkdtempSync(join(root, '.cache', 'proto-'));
  buf('generate', '--output', join(fresh, 'a', 'b'));
  buf('build', ...image, '--output', join(fresh, 'known.binpb'));
  const made = join(fresh, 'services', 'grpc', 'src', 'gen');
  const files = new Set([made, GENERATED].flatMap((cwd) => globSync('**/*.ts', { cwd })));
  for (const file of files) requireSame(`services/grpc/src/gen/${file}`, join(made, file), join(GENERATED, file));
  requireSame('schemas/proto/known.binpb', join(fresh, 'known.binpb'), KNOWN);
  rmSync(fresh, { recursive: true });
} else {
  rmSync(GENERATED, { recursive: true, force: true });
  buf('generate');
  buf('build', ...image, '--output', KNOWN);
}
