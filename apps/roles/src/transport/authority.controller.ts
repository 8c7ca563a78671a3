import { ExplainSubject, ListRoleHolders, PreviewRoleChange, type ReplyOf, type RequestOf } from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ExplainSubject as ExplainSubjectUseCase } from '../application/explain-subject.js';
import { ListRoleHolders as ListRoleHoldersUseCase } from '../application/list-role-holders.js';
import { PreviewRoleChange as PreviewRoleChangeUseCase } from '../application/preview-role-change.js';

/** Answers who holds what, why, and what would come of a change. */
@Controller()
export class AuthorityController {
  constructor(
    private readonly listRoleHolders: ListRoleHoldersUseCase,
    private readonly explainSubject: ExplainSubjectUseCase,
    private readonly previewRoleChange: PreviewRoleChangeUseCase,
  ) {}

  @Handles(ListRoleHolders)
  async holders(
    @Payload() request: RequestOf<typeof ListRoleHolders>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof ListRoleHolders>> {
    const { items, nextCursor, total } = await this.listRoleHolders.execute(request, context);
    return {
      items: items.map(({ subjectId, username, clientId, assignedAt }) => ({
        ...{ subjectId, username, clientId },
        assignedAt: assignedAt.toISOString(),
      })),
      nextCursor,
      total,
    };
  }

  @Handles(ExplainSubject)
  async explain(@Payload() request: RequestOf<typeof ExplainSubject>): Promise<ReplyOf<typeof ExplainSubject>> {
    return { items: [...(await this.explainSubject.execute(request))] };
  }

  @Handles(PreviewRoleChange)
  preview(
    @Payload() request: RequestOf<typeof PreviewRoleChange>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof PreviewRoleChange>> {
    return this.previewRoleChange.execute(request, context);
  }
}
