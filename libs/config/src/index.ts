export { loadSettings, type Environment } from './load-settings.js';
export { Setting, settingsOf, type DeclaredSetting, type SettingOptions } from './setting.js';
export { SettingsError } from './settings-error.js';
export { unknownSettings } from './unknown-settings.js';
