import { EvaluateBearer, IssueToken, PreviewToken, type ReplyOf, type RequestOf } from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { EvaluateBearer as EvaluateBearerUseCase } from '../application/evaluate-bearer.js';
import { IssueToken as IssueTokenUseCase } from '../application/issue-token.js';
import { PreviewToken as PreviewTokenUseCase } from '../application/preview-token.js';

/** Issues tokens and evaluates bearers. */
@Controller()
export class TokenController {
  constructor(
    private readonly issueToken: IssueTokenUseCase,
    private readonly evaluateBearer: EvaluateBearerUseCase,
    private readonly previewToken: PreviewTokenUseCase,
  ) {}

  @Handles(IssueToken)
  issue(
    @Payload() request: RequestOf<typeof IssueToken>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof IssueToken>> {
    return this.issueToken.execute(request, context);
  }

  @Handles(PreviewToken)
  preview(
    @Payload() request: RequestOf<typeof PreviewToken>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof PreviewToken>> {
    return this.previewToken.execute(request, context);
  }

  @Handles(EvaluateBearer)
  evaluate(
    @Payload() request: RequestOf<typeof EvaluateBearer>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof EvaluateBearer>> {
    return this.evaluateBearer.execute(request, context);
  }
}
