import { BlockList, isIP } from 'node:net';

/** Address ranges that are not public (IANA special-purpose registries): nobody outside has a receiver there. */
const NOT_PUBLIC: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
];
/** Of IPv6 only global unicast is public, and of that not what embeds or stands for other addresses. */
const PUBLIC_IPV6 = ['2000::', 3] as const;
const NOT_PUBLIC_IPV6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const refused = new BlockList();
for (const [address, prefix, family] of NOT_PUBLIC) refused.addSubnet(address, prefix, family);
for (const [address, prefix] of NOT_PUBLIC_IPV6) refused.addSubnet(address, prefix, 'ipv6');
const global = new BlockList();
global.addSubnet(PUBLIC_IPV6[0], PUBLIC_IPV6[1], 'ipv6');

/** Whether an address can be that of a receiver on the public Internet. Anything that is no address is not. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !refused.check(address, 'ipv4');
    case 6:
      // Scoped addresses (`fe80::1%eth0`) are local; mapped ones (`::ffff:10.0.0.1`) are outside of 2000::/3.
      return !address.includes('%') && global.check(address, 'ipv6') && !refused.check(address, 'ipv6');
    default:
      return false;
  }
}
