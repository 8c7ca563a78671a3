import { FindUsers, type ReplyOf, type RequestOf } from '#contracts';
import { Handles } from '#messaging';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { FindUsers as FindUsersUseCase } from '../application/find-users.js';

/** Answers who goes by which name. */
@Controller()
export class DirectoryController {
  constructor(private readonly findUsers: FindUsersUseCase) {}

  @Handles(FindUsers)
  find(@Payload() request: RequestOf<typeof FindUsers>): Promise<ReplyOf<typeof FindUsers>> {
    return this.findUsers.execute(request);
  }
}
