import { port } from '@threadlog/service';
import { z } from 'zod';

/** Variables of the gRPC service beside those that every process reads. */
export const grpcConfig = {
  GRPC_HOST: z.string().default('0.0.0.0').describe('Address of the gRPC port'),
  GRPC_PORT: port().prefault('9090').describe('gRPC, gRPC-Web and Connect, without TLS'),
};
