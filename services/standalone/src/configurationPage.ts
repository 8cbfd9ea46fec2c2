import { authConfigShape } from '@threadlog/auth';
import { commandApiConfig } from '@threadlog/command-api';
import { projectorConfig } from '@threadlog/projector';
import { queryApiConfig } from '@threadlog/query-api';
import { forwardConfig, keyConfig } from '@threadlog/runtime';
import { sealingConfigShape } from '@threadlog/sealing';
import {
  corsConfig,
  databaseConfig,
  describeConfig,
  httpConfig,
  kafkaConfig,
  logConfig,
  rateLimitConfig,
  realtimeConfig,
  tracingConfig,
  type ConfigSection,
} from '@threadlog/service';
import { workerConfig } from '@threadlog/worker';
import { standaloneConfig } from './config';

export const SECTIONS: readonly ConfigSection[] = [
  { title: 'Process', shape: { ROLES: standaloneConfig.ROLES, ...logConfig } },
  { title: 'Servers', shape: { ...httpConfig, ...realtimeConfig, ...corsConfig } },
  { title: 'Traces', shape: tracingConfig },
  { title: 'Kafka', shape: kafkaConfig },
  { title: 'Databases', shape: databaseConfig },
  { title: 'Sealing', shape: { ...sealingConfigShape, ...keyConfig } },
  { title: 'Forwarding', shape: forwardConfig },
  { title: 'Tokens and internal callers', shape: authConfigShape },
  { title: 'Rate limits', shape: rateLimitConfig },
  { title: 'Command API', shape: commandApiConfig },
  { title: 'Projector', shape: projectorConfig },
  { title: 'Query API', shape: queryApiConfig },
  { title: 'Worker and privacy', shape: workerConfig },
  { title: 'Everything else', shape: standaloneConfig },
];

const BEGIN = '<!-- variables: generated, `npm run generate` -->';
const END = '<!-- end of variables -->';

/** The page with its tables made again. Throws where the marks between which they stand are gone. */
export function withVariables(page: string): string {
  const [before, rest = ''] = page.split(BEGIN);
  const after = rest.split(END)[1];
  if (before === undefined || after === undefined) throw new Error('docs/configuration.md has lost its marks');
  return `${before}${BEGIN}\n\n${describeConfig(SECTIONS)}\n${END}${after}`;
}
