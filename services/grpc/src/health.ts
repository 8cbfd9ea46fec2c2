import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import type { DescService } from '@bufbuild/protobuf';
import { HealthCheckResponse_ServingStatus as Status, type Health } from './gen/grpc/health/v1/health_pb';

/**
 * `Check`, for the whole process or one of its services. `Watch` is not there: it would be a stream for anybody, and
 * clients take a server without it for healthy.
 */
export function createHealthService(
  services: readonly DescService[],
  isServing: () => boolean,
): Partial<ServiceImpl<typeof Health>> {
  const names = new Set(['', ...services.map(({ typeName }) => typeName)]);
  return {
    check({ service }) {
      if (!names.has(service)) throw new ConnectError('There is no such service.', Code.NotFound);
      return { status: isServing() ? Status.SERVING : Status.NOT_SERVING };
    },
  };
}
