/** One older name of a variable, or of several that its value is split into. */
export interface Alias {
  /** The name accepted. */
  name: string;
  /** The names it stands for, with what each gets of the value. */
  gives(value: string): Record<string, string>;
}

function alias(name: string, canonical: string): Alias {
  return { name, gives: (value) => ({ [canonical]: value }) };
}

/** `0.0.0.0:8080`, `[::]:8080` or `:8080` as a host and a port; without a host the canonical default stands. */
function addressAlias(name: string, host: string, port: string): Alias {
  return {
    name,
    gives(value) {
      const cut = value.lastIndexOf(':');
      const before = value.slice(0, Math.max(cut, 0)).replace(/^\[(.*)\]$/, '$1');
      return { ...(before ? { [host]: before } : {}), [port]: value.slice(cut + 1) };
    },
  };
}

/** Names that other chat services, whose clients and deployments are to be taken over, use for the same things. */
export const ALIASES: readonly Alias[] = [
  alias('KAFKA_BOOTSTRAP_SERVERS', 'KAFKA_BROKERS'),
  alias('DB_SOURCE', 'DATABASE_URL'),
  alias('MONGODB_URI', 'MONGO_URL'),
  alias('JWT_SECRET_KEY', 'AUTH_JWT_SECRET'),
  alias('JWT_SECRET', 'AUTH_JWT_SECRET'),
  alias('JWT_ALGORITHM', 'AUTH_JWT_ALGORITHM'),
  alias('JWT_ISSUER', 'AUTH_JWT_ISSUER'),
  alias('ALLOWED_ORIGINS', 'CORS_ORIGINS'),
  alias('SOCKET_CORS_ORIGINS', 'CORS_ORIGINS'),
  alias('PORT', 'API_PORT'),
  alias('METRICS_PORT', 'OPS_PORT'),
  addressAlias('HTTP_SERVER_ADDRESS', 'API_HOST', 'API_PORT'),
  addressAlias('GRPC_SERVER_ADDRESS', 'GRPC_HOST', 'GRPC_PORT'),
];

/** Variables that mean nothing here because the thing they configure does not exist here. */
export const IGNORED: readonly { pattern: RegExp; because: string }[] = [
  { pattern: /^REDIS_/, because: 'there is no Redis: instances share state through the log' },
  { pattern: /^OUTBOX_/, because: 'there is no outbox: commands are appended to the log before they are answered' },
];
