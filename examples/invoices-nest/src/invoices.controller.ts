import { AccessToken, CurrentClient, CurrentSubject, Public, RequirePermissions, RequireRoles } from '#resource-server';
import type { VerifiedAccessToken } from '#resource-server';
import {
  BadRequestException,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Post,
} from '@nestjs/common';

interface Invoice {
  readonly id: number;
  readonly amount: number;
  /** Who made it, and through which client. */
  readonly subject: string;
  readonly client: string;
}

/** Invoices, in memory. */
@Controller('invoices')
export class InvoicesController {
  private readonly invoices = new Map<number, Invoice>();
  private last = 0;

  @Get()
  @RequirePermissions('invoices:read')
  list(): readonly Invoice[] {
    return [...this.invoices.values()];
  }

  @Post()
  @RequirePermissions('invoices:write')
  create(@Body() body: unknown, @CurrentSubject() subject: string, @CurrentClient() client: string): Invoice {
    const amount = typeof body === 'object' && body !== null && 'amount' in body ? body.amount : undefined;
    if (typeof amount !== 'number') throw new BadRequestException('amount must be a number');
    const invoice = { id: (this.last += 1), amount, subject, client };
    this.invoices.set(invoice.id, invoice);
    return invoice;
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireRoles('accountant')
  @RequirePermissions('invoices:write')
  remove(@Param('id') id: string): void {
    if (!this.invoices.delete(Number(id))) throw new NotFoundException();
  }

  /** Any good token for this API. */
  @Get('me')
  me(@AccessToken() token: VerifiedAccessToken): Pick<VerifiedAccessToken, 'subject' | 'permissions' | 'roles'> {
    const { subject, permissions, roles } = token;
    return { subject, permissions, roles };
  }

  @Get('health')
  @Public()
  health(): { readonly status: string } {
    return { status: 'ok' };
  }
}
