//! Instructions of the kernel's virtual machine (RFC 9669), with labels that become distances at the end.

/// A register. `R0` has results, `R1` to `R5` arguments, `R6` to `R9` survive calls, `R10` is the end of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reg(u8);

pub(super) const R0: Reg = Reg(0);
pub(super) const R1: Reg = Reg(1);
pub(super) const R2: Reg = Reg(2);
pub(super) const R3: Reg = Reg(3);
pub(super) const R4: Reg = Reg(4);
pub(super) const R5: Reg = Reg(5);
pub(super) const R6: Reg = Reg(6);
pub(super) const R7: Reg = Reg(7);
pub(super) const R8: Reg = Reg(8);
pub(super) const R9: Reg = Reg(9);
pub(super) const R10: Reg = Reg(10);

/// How much a load or a store moves.
#[derive(Debug, Clone, Copy)]
pub(super) enum Size {
    Byte = 0x10,
    Half = 0x08,
    Word = 0x00,
    Double = 0x18,
}

/// Arithmetic on 64 bits.
#[derive(Debug, Clone, Copy)]
pub(super) enum Alu {
    Add = 0x00,
    And = 0x50,
    Shr = 0x70,
    Xor = 0xa0,
    Mov = 0xb0,
}

/// When a jump is taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum If {
    Equal = 0x10,
    Greater = 0x20,
    Has = 0x40,
    Differs = 0x50,
    AtMost = 0xb0,
}

/// What an operation works with besides its destination.
#[derive(Debug, Clone, Copy)]
pub(super) enum Operand {
    Reg(Reg),
    Value(i32),
}

impl From<Reg> for Operand {
    fn from(reg: Reg) -> Self {
        Operand::Reg(reg)
    }
}

impl From<i32> for Operand {
    fn from(value: i32) -> Self {
        Operand::Value(value)
    }
}

/// A place in the program that jumps lead to.
pub(super) type Label = &'static str;

const LOAD: u8 = 0x61;
const STORE: u8 = 0x63;
const STORE_VALUE: u8 = 0x62;
const ALU64: u8 = 0x07;
const JUMP: u8 = 0x05;
const WITH_REG: u8 = 0x08;
const CALL: u8 = 0x85;
const EXIT: u8 = 0x95;
const LOAD_WIDE: u8 = 0x18;
/// The wide value is a map, by its descriptor.
const MAP: u8 = 1;
/// The wide value is the address of what the only element of a map holds.
const MAP_VALUE: u8 = 2;

/// A program under construction.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    code: Vec<[u8; 8]>,
    jumps: Vec<(usize, Label)>,
    labels: Vec<(Label, usize)>,
}

impl Assembly {
    /// `to = *(size *)(from + offset)`
    pub(super) fn load(&mut self, size: Size, to: Reg, from: Reg, offset: i16) -> &mut Self {
        self.push(LOAD | size as u8, to, from.0, offset, 0)
    }

    /// `*(size *)(to + offset) = from`
    pub(super) fn store(&mut self, size: Size, to: Reg, offset: i16, from: impl Into<Operand>) -> &mut Self {
        match from.into() {
            Operand::Reg(from) => self.push(STORE | size as u8, to, from.0, offset, 0),
            Operand::Value(value) => self.push(STORE_VALUE | size as u8, to, 0, offset, value),
        }
    }

    /// `to = to op with`, or `to = with` for [`Alu::Mov`]
    pub(super) fn alu(&mut self, op: Alu, to: Reg, with: impl Into<Operand>) -> &mut Self {
        match with.into() {
            Operand::Reg(with) => self.push(ALU64 | op as u8 | WITH_REG, to, with.0, 0, 0),
            Operand::Value(value) => self.push(ALU64 | op as u8, to, 0, 0, value),
        }
    }

    /// Goes to `label` if `what` stands so to `with`.
    pub(super) fn jump_if(&mut self, what: Reg, how: If, with: impl Into<Operand>, label: Label) -> &mut Self {
        self.jumps.push((self.code.len(), label));
        match with.into() {
            Operand::Reg(with) => self.push(JUMP | how as u8 | WITH_REG, what, with.0, 0, 0),
            Operand::Value(value) => self.push(JUMP | how as u8, what, 0, 0, value),
        }
    }

    /// Goes to `label`.
    pub(super) fn jump(&mut self, label: Label) -> &mut Self {
        self.jumps.push((self.code.len(), label));
        self.push(JUMP, R0, 0, 0, 0)
    }

    /// The next instruction is at `label`.
    pub(super) fn label(&mut self, label: Label) -> &mut Self {
        self.labels.push((label, self.code.len()));
        self
    }

    /// `to` is the map of this descriptor.
    pub(super) fn map(&mut self, to: Reg, descriptor: i32) -> &mut Self {
        self.push(LOAD_WIDE, to, MAP, 0, descriptor).push(0, R0, 0, 0, 0)
    }

    /// `to` is the address of what the only element of the map holds, and so many bytes on.
    pub(super) fn map_value(&mut self, to: Reg, descriptor: i32, offset: i32) -> &mut Self {
        self.push(LOAD_WIDE, to, MAP_VALUE, 0, descriptor).push(0, R0, 0, 0, offset)
    }

    /// Calls a helper of the kernel's, by its number.
    pub(super) fn call(&mut self, helper: i32) -> &mut Self {
        self.push(CALL, R0, 0, 0, helper)
    }

    /// Ends the program with `R0`.
    pub(super) fn exit(&mut self) -> &mut Self {
        self.push(EXIT, R0, 0, 0, 0)
    }

    fn push(&mut self, code: u8, to: Reg, from: u8, offset: i16, value: i32) -> &mut Self {
        let ([o0, o1], [v0, v1, v2, v3]) = (offset.to_ne_bytes(), value.to_ne_bytes());
        let registers = if cfg!(target_endian = "little") { from << 4 | to.0 } else { to.0 << 4 | from };
        self.code.push([code, registers, o0, o1, v0, v1, v2, v3]);
        self
    }

    /// The instructions. A jump to a label that is nowhere stays where it is, which the kernel refuses.
    pub(super) fn finish(mut self) -> Vec<[u8; 8]> {
        for (at, label) in self.jumps {
            let Some((_, to)) = self.labels.iter().find(|(name, _)| *name == label) else { continue };
            let distance = i16::try_from(*to as i64 - at as i64 - 1).unwrap_or(-1);
            self.code[at][2..4].copy_from_slice(&distance.to_ne_bytes());
        }
        self.code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_leads_past_what_lies_between_and_its_label() {
        let mut assembly = Assembly::default();
        assembly.jump_if(R1, If::Equal, 7, "end").alu(Alu::Mov, R0, 1).map(R2, 5).label("end").exit();
        let code = assembly.finish();
        assert_eq!(code.len(), 5, "a wide value takes two");
        assert_eq!(i16::from_ne_bytes([code[0][2], code[0][3]]), 3);
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn instructions_are_those_of_the_standard() {
        let mut assembly = Assembly::default();
        assembly.load(Size::Word, R1, R6, 76).store(Size::Half, R10, -8, 9).alu(Alu::Add, R2, R7).call(155).exit();
        let expected = [
            [0x61, 0x61, 76, 0, 0, 0, 0, 0],
            [0x6a, 0x0a, 0xf8, 0xff, 9, 0, 0, 0],
            [0x0f, 0x72, 0, 0, 0, 0, 0, 0],
            [0x85, 0, 0, 0, 155, 0, 0, 0],
            [0x95, 0, 0, 0, 0, 0, 0, 0],
        ];
        assert_eq!(assembly.finish(), expected);
    }
}
