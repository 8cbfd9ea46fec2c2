export { createGrpc, type GrpcDeps } from './role';
export { registerGrpcMetrics } from './observe';
export { grpcConfig } from './config';
/** For clients of the service in tests and measurements. */
export { ChatService, SendMessageResponseSchema } from './gen/chat/v1/chat_pb';
export { Health } from './gen/grpc/health/v1/health_pb';
export { ServerReflection } from './gen/grpc/reflection/v1/reflection_pb';
export { ServerReflection as ServerReflectionAlpha } from './gen/grpc/reflection/v1alpha/reflection_pb';
export { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from './gen/google/rpc/error_details_pb';
