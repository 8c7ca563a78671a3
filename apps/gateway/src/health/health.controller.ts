import { Readiness } from '#observability';
import { Controller, Get, Res } from '@nestjs/common';
import { Public } from '../access/requirements.js';
import type { GatewayReply } from '../http/gateway-request.js';

/** Health for load balancers and orchestrators. */
@Controller('/health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** Whether the process turns its event loop; says nothing of others. */
  @Get('live')
  @Public()
  live(): { status: string } {
    return { status: 'live' };
  }

  /** Whether it makes sense to send requests here. */
  @Get('ready')
  @Public()
  async ready(@Res({ passthrough: true }) reply: GatewayReply) {
    const { ready, checks } = await this.readiness.report();
    if (!ready) reply.code(503).header('retry-after', '1');
    return { status: ready ? 'ready' : 'not_ready', checks };
  }
}
