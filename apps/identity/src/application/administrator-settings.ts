/** Who the first administrator shall be. */
export interface AdministratorSettings {
  readonly adminUsername: string;
  /** Generated when absent. */
  readonly adminPassword?: string | undefined;
}
