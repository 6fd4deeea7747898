/** People who look like people, for pictures. */
export const FACES = [
  { name: 'Amara Okafor', colour: [196, 178, 150], skin: '#8d5a3b', hair: '#1d1512', style: 0, tone: 440 },
  { name: 'Jonas Lind', colour: [120, 150, 165], skin: '#e8bfa0', hair: '#7b4a21', style: 1, tone: 620 },
  { name: 'Mei Tanaka', colour: [170, 190, 160], skin: '#f0cda6', hair: '#15131a', style: 2, tone: 790 },
  { name: 'Rafael Costa', colour: [150, 130, 170], skin: '#c68a5e', hair: '#2e2019', style: 3, tone: 1010 },
];
