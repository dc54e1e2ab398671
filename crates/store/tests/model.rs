//! Whatever is written in whatever order, a store says what a plain map would: by key, by owner, by link and by what is taken;
//! after every commit, in an older snapshot, and when it is opened again.

use std::collections::BTreeMap;

use proptest::prelude::*;
use resource::{
    GROUP_QUOTA, GroupId, InternetGateway, InternetGatewayId, Link, Owner, Resource, SecurityGroup, Tags, Vpc, VpcId,
};
use store::{Catalogue, Embedded, Snapshot, Store, StoreError, Txn};

const ACCOUNTS: [&str; 2] = ["111111111111", "222222222222"];
const NUMBERS: u8 = 4;

/// One write of a transaction, to one of a few resources.
#[derive(Clone, Copy, Debug)]
enum Write {
    PutGateway { number: u8, account: usize, vpc: Option<u8> },
    RemoveGateway(u8),
    PutGroup { number: u8, account: usize, vpc: u8 },
    MoveGroup { number: u8, vpc: u8 },
    RemoveGroup(u8),
}

fn write() -> impl Strategy<Value = Write> {
    let (number, account) = (0..NUMBERS, 0..ACCOUNTS.len());
    prop_oneof![
        (number.clone(), account.clone(), prop::option::of(0..NUMBERS)).prop_map(|(number, account, vpc)| Write::PutGateway {
            number,
            account,
            vpc
        }),
        number.clone().prop_map(Write::RemoveGateway),
        (number.clone(), account, 0..NUMBERS).prop_map(|(number, account, vpc)| Write::PutGroup { number, account, vpc }),
        (number.clone(), 0..NUMBERS).prop_map(|(number, vpc)| Write::MoveGroup { number, vpc }),
        number.prop_map(Write::RemoveGroup),
    ]
}

/// What there should be.
#[derive(Clone, Default)]
struct Model {
    gateways: BTreeMap<String, InternetGateway>,
    groups: BTreeMap<String, SecurityGroup>,
}

fn vpc(number: u8) -> VpcId {
    VpcId::parse(&format!("vpc-{number:017x}")).expect("a well-formed id")
}

fn gateway(number: u8) -> InternetGatewayId {
    InternetGatewayId::parse(&format!("igw-{number:017x}")).expect("a well-formed id")
}

fn group(number: u8) -> GroupId {
    GroupId::parse(&format!("sg-{number:017x}")).expect("a well-formed id")
}

fn owner(account: usize) -> Owner {
    Owner::new(ACCOUNTS[account], "us-east-1")
}

/// Does the same to the store and to the model.
fn perform(write: Write, txn: &mut Txn, model: &mut Model) {
    match write {
        Write::PutGateway { number, account, vpc: at } => {
            let made = InternetGateway { id: gateway(number), owner: owner(account), vpc: at.map(vpc), tags: Tags::default() };
            model.gateways.insert(made.key(), made.clone());
            txn.put(made);
        }
        Write::RemoveGateway(number) => {
            model.gateways.remove(gateway(number).as_str());
            txn.remove::<InternetGateway>(gateway(number).as_str());
        }
        Write::PutGroup { number, account, vpc: at } => {
            let (id, name, description) = (group(number), format!("g{number}"), String::new());
            let made = SecurityGroup {
                id,
                owner: owner(account),
                vpc: vpc(at),
                name,
                description,
                associations: vec![],
                rules: vec![],
                tags: Tags::default(),
            };
            model.groups.insert(made.key(), made.clone());
            txn.put(made);
        }
        Write::MoveGroup { number, vpc: at } => {
            let there = model.groups.get_mut(group(number).as_str()).map(|group| group.vpc = vpc(at)).is_some();
            assert_eq!(txn.update::<SecurityGroup>(group(number).as_str(), |group| group.vpc = vpc(at)), there);
        }
        Write::RemoveGroup(number) => {
            model.groups.remove(group(number).as_str());
            txn.remove::<SecurityGroup>(group(number).as_str());
        }
    }
}

/// The keys of those that a test is true of.
fn keys<'m, R: 'm>(of: &'m BTreeMap<String, R>, which: impl Fn(&R) -> bool) -> Vec<&'m String> {
    of.iter().filter(|(_, resource)| which(resource)).map(|(key, _)| key).collect()
}

fn found<R: Resource>(resources: impl Iterator<Item = std::sync::Arc<R>>) -> Vec<String> {
    resources.map(|resource| resource.key()).collect()
}

fn assert_agree(world: &Snapshot, model: &Model) {
    let gateways: Vec<_> = world.all::<InternetGateway>().map(|found| (*found).clone()).collect();
    assert!(gateways.iter().eq(model.gateways.values()));
    let groups: Vec<_> = world.all::<SecurityGroup>().map(|found| (*found).clone()).collect();
    assert!(groups.iter().eq(model.groups.values()));
    for account in 0..ACCOUNTS.len() {
        let owner = owner(account);
        assert!(found(world.owned::<InternetGateway>(&owner)).iter().eq(keys(&model.gateways, |g| g.owner == owner)));
        let owned = keys(&model.groups, |group| group.owner == owner);
        assert!(found(world.owned::<SecurityGroup>(&owner)).iter().eq(owned.iter().copied()));
        assert_eq!(world.taken(Link::name(GROUP_QUOTA, owner.key())), owned.len());
    }
    for vpc in (0..NUMBERS).map(vpc) {
        let gateways = keys(&model.gateways, |gateway| gateway.vpc.as_ref() == Some(&vpc));
        let groups = keys(&model.groups, |group| group.vpc == vpc);
        assert!(found(world.linked::<InternetGateway>(Vpc::KIND, &vpc)).iter().eq(gateways.iter().copied()));
        assert!(found(world.linked::<SecurityGroup>(Vpc::KIND, &vpc)).iter().eq(groups.iter().copied()));
        assert_eq!(world.is_linked(Vpc::KIND, vpc.as_str()), !(gateways.is_empty() && groups.is_empty()));
    }
}

/// Why a transaction that changed its mind ends.
#[derive(Debug)]
enum Ended {
    Taken,
    Failed(StoreError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// Performs transactions, of which some end without being written; checks after each.
async fn follow(store: &Store, transactions: &[(Vec<Write>, bool)]) -> Model {
    let (mut model, mut past) = (Model::default(), Vec::new());
    for (writes, written) in transactions {
        let mut after = model.clone();
        let outcome = store.write(|txn| {
            after = model.clone();
            for write in writes {
                perform(*write, txn, &mut after);
                assert_agree(txn, &after);
            }
            if *written { Ok(()) } else { Err(Ended::Taken) }
        });
        match outcome.await {
            Ok(()) => model = after,
            Err(Ended::Taken) => assert!(!written),
            Err(Ended::Failed(error)) => panic!("{error}"),
        }
        assert_agree(&store.snapshot(), &model);
        past.push((store.snapshot(), model.clone()));
    }
    past.iter().for_each(|(world, model)| assert_agree(world, model));
    assert!(past.is_sorted_by_key(|(world, _)| world.revision()));
    model
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_store_says_what_a_map_would(transactions in prop::collection::vec((prop::collection::vec(write(), 0..6), prop::bool::weighted(0.8)), 0..12)) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.redb");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(follow(&Store::in_memory(), &transactions));
        let open = || Store::open(Catalogue::default(), Box::new(Embedded::open(&path).ok()?)).ok();
        let model = runtime.block_on(follow(&open().expect("a store"), &transactions));
        // The writer's thread closes the file a moment after the last store is dropped.
        let again = (0..1_000_000).find_map(|_| open()).expect("the file is free again");
        assert_agree(&again.snapshot(), &model);
    }
}
