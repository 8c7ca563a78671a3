import { Catch, type RpcExceptionFilter } from '@nestjs/common';

/**
 * Lets whatever a handler throws reach the `ContractServer` as it is. Nest's own filter would turn it into a plain
 * "Internal server error" object inside an observable; the server has the one place that encodes errors. `Handles` puts it
 * on every handler, nearer than any global filter.
 */
@Catch()
export class AppErrorRpcFilter implements RpcExceptionFilter {
  catch(exception: unknown): never {
    throw exception;
  }
}
