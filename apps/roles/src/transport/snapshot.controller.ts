import { AssignmentsSnapshot, RoleScopeSnapshot } from '#contracts';
import { Handles } from '#messaging';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { LoadAssignments, type LoadedAssignments } from '../application/load-assignments.js';
import { LoadRoleScopes, type LoadedRoleScope } from '../application/load-role-scopes.js';

interface LoadRequest {
  readonly keys: readonly string[];
}

/** The owner's answer for its snapshots. */
@Controller()
export class SnapshotController {
  constructor(
    private readonly loadAssignments: LoadAssignments,
    private readonly loadRoleScopes: LoadRoleScopes,
  ) {}

  @Handles(AssignmentsSnapshot.load)
  async assignments(@Payload() request: LoadRequest): Promise<{ readonly snapshots: readonly LoadedAssignments[] }> {
    return { snapshots: await this.loadAssignments.execute(request.keys) };
  }

  @Handles(RoleScopeSnapshot.load)
  async scopes(@Payload() request: LoadRequest): Promise<{ readonly snapshots: readonly LoadedRoleScope[] }> {
    return { snapshots: await this.loadRoleScopes.execute(request.keys) };
  }
}
